// thread_local objects, futures, condition variables, atomics, call_once, parallel sums.
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <future>
#include <mutex>
#include <numeric>
#include <queue>
#include <shared_mutex>
#include <thread>
#include <vector>

static std::atomic<int> alive, made;
struct Counted { int v; Counted() : v(++made) { alive++; } ~Counted() { alive--; } };
static thread_local Counted counted;
static thread_local long local = 3;

int main()
{
    std::vector<std::thread> threads; std::atomic<long> sum{0};
    for (int i = 0; i < 8; i++) threads.emplace_back([&, i] { local += i; sum += local; sum += counted.v > 0; });
    for (auto &t : threads) t.join();
    std::printf("%ld %d %d %ld\n", sum.load(), alive.load(), made.load(), local);
    std::vector<std::future<long>> futures;
    for (long i = 0; i < 6; i++) futures.push_back(std::async(std::launch::async, [i] { long s = 0; for (long k = 0; k < 100000; k++) s += k % (i + 2); return s; }));
    for (auto &f : futures) std::printf("%ld ", f.get());
    std::mutex lock; std::condition_variable ready; std::queue<int> queue; bool done = false; long consumed = 0;
    std::thread consumer([&] { std::unique_lock l(lock); for (;;) { ready.wait(l, [&] { return done || !queue.empty(); }); if (queue.empty()) return; consumed += queue.front(); queue.pop(); } });
    for (int i = 0; i < 2000; i++) { std::lock_guard l(lock); queue.push(i); ready.notify_one(); }
    { std::lock_guard l(lock); done = true; } ready.notify_all(); consumer.join(); std::printf("%ld\n", consumed);
    std::once_flag once; int calls = 0; std::shared_mutex shared; std::vector<std::thread> more; long reads = 0;
    for (int i = 0; i < 4; i++) more.emplace_back([&] { std::call_once(once, [&] { calls++; }); for (int k = 0; k < 500; k++) { if (k % 10) { std::shared_lock l(shared); } else { std::unique_lock l(shared); reads++; } } });
    for (auto &t : more) t.join(); std::printf("%d %ld\n", calls, reads);
    std::promise<int> promise; std::thread([&] { try { throw 5; } catch (...) { promise.set_exception(std::current_exception()); } }).join();
    try { promise.get_future().get(); } catch (int i) { std::printf("%d\n", i); }
}
