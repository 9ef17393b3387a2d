// Exceptions through many kinds of frames.
#include <cstdio>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

struct Noise {
    int n;
    explicit Noise(int n) : n(n) {}
    ~Noise() { std::printf("~%d ", n); }
};
struct Base : std::runtime_error { using std::runtime_error::runtime_error; virtual int code() const { return 1; } };
struct Derived : Base { using Base::Base; int code() const override { return 2; } };

static int deep(int n, int kind)
{
    Noise noise(n);
    if (n == 0) switch (kind) {
        case 0: throw 42;
        case 1: throw Derived("derived");
        case 2: throw std::string("text");
        case 3: std::vector<int>().at(5);
        default: return 0;
    }
    try {
        return deep(n - 1, kind) + 1;
    } catch (const std::string &s) {
        std::printf("[rethrow %s] ", s.c_str());
        throw;
    }
}

static void quick(int i) { if (i % 3) throw i; }

int main()
{
    for (int kind = 0; kind < 5; kind++) {
        try { std::printf("result %d\n", deep(4, kind)); }
        catch (int i) { std::printf("int %d\n", i); }
        catch (const Base &b) { std::printf("base %s %d\n", b.what(), b.code()); }
        catch (const std::exception &e) { std::printf("exception %d\n", e.what()[0] != 0); }
        catch (...) { std::printf("other\n"); }
    }
    long sum = 0;
    for (int i = 0; i < 3000; i++)
        try { quick(i); sum++; } catch (int n) { sum += n; }
    std::printf("%ld\n", sum);
    std::function<void()> f = [] { throw Derived("from a function"); };
    try { try { f(); } catch (...) { std::throw_with_nested(std::runtime_error("outer")); } }
    catch (const std::exception &e) { try { std::rethrow_if_nested(e); } catch (const std::exception &inner) { std::printf("%s / %s\n", e.what(), inner.what()); } }
    std::exception_ptr carried;
    std::thread([&] { try { throw Base("in a thread"); } catch (...) { carried = std::current_exception(); } }).join();
    try { std::rethrow_exception(carried); } catch (const Base &b) { std::printf("%s\n", b.what()); }
    try { std::unique_ptr<Noise> p(new Noise(99)); dynamic_cast<Derived &>(*std::unique_ptr<Base>(new Base("x"))); } catch (const std::bad_cast &) { std::printf("bad cast\n"); }
    std::set_terminate([] { std::printf("terminate\n"); std::fflush(stdout); std::_Exit(17); });
    []() noexcept { throw 1; }();
}
