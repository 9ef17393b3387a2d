// iostreams, strings, formatting, locale-free input.
#include <algorithm>
#include <bitset>
#include <chrono>
#include <complex>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <map>
#include <numeric>
#include <random>
#include <regex>
#include <set>
#include <sstream>
#include <unordered_map>
#include <valarray>

int main()
{
    std::cout << std::setw(8) << 42 << '|' << std::left << std::setw(8) << 42 << '|' << std::hex << std::showbase << 255 << std::dec << '|' << std::fixed << std::setprecision(3) << 3.14159 << '|' << std::scientific << 12345.678 << '|' << std::defaultfloat << 1e-5 << '|' << std::boolalpha << true << '\n';
    std::istringstream in("12 3.5 word 0x1f rest of line");
    int i; double d; std::string w, rest; unsigned h;
    in >> i >> d >> w >> std::hex >> h; std::getline(in, rest);
    std::cout << i << ' ' << d << ' ' << w << ' ' << h << ' ' << rest << ' ' << in.eof() << '\n';
    std::map<std::string, std::vector<int>> map;
    for (int k = 0; k < 50; k++) map["key" + std::to_string(k * 7 % 11)].push_back(k);
    for (auto &[key, list] : map) std::cout << key << ':' << std::accumulate(list.begin(), list.end(), 0) << ' ';
    std::unordered_map<int, int> hash; for (int k = 0; k < 10000; k++) hash[k * 7919 % 1009] += k;
    long total = 0; for (auto [k, v] : hash) total += long(k) * v; std::cout << '\n' << hash.size() << ' ' << total << '\n';
    std::mt19937 random(42); std::mt19937_64 random64(42); std::cout << random() << ' ' << random64() << ' ' << std::uniform_int_distribution<>(1, 6)(random) << '\n';
    std::vector<int> v(1000); std::iota(v.begin(), v.end(), 0); std::shuffle(v.begin(), v.end(), random); std::sort(v.begin(), v.end(), [](int a, int b) { return a % 10 != b % 10 ? a % 10 < b % 10 : a < b; });
    std::nth_element(v.begin(), v.begin() + 500, v.end()); std::cout << v[500] << ' ' << std::count_if(v.begin(), v.end(), [](int x) { return x % 3 == 0; }) << '\n';
    std::regex pattern(R"((\w+)@(\w+)\.org)"); std::smatch match; std::string text = "mail a_b@example.org now";
    if (std::regex_search(text, match, pattern)) std::cout << match[1] << " at " << match[2] << ' ' << std::regex_replace(text, pattern, "<$2>") << '\n';
    std::complex<double> z(1, 2); std::cout << z * z << ' ' << std::norm(z) << ' ' << std::bitset<16>(0xbeef) << ' ' << std::valarray<int>({1, 2, 3}).sum() << '\n';
    std::stringstream big; for (int k = 0; k < 20000; k++) big << k << ' '; long sum = 0; for (long x; big >> x;) sum += x; std::cout << sum << '\n';
    std::cout << std::setprecision(17) << 0.1 << ' ' << 1.0 / 3 << ' ' << 1e300 * 10 << ' ' << float(0.1) << ' ' << std::stod("2.5e-3") << ' ' << (long double)1.25 << '\n';
    std::cerr << "to standard error\n"; std::ofstream("/dev/null") << "nothing"; std::cout << std::ifstream("/no/such/file").good() << std::endl;
    using namespace std::chrono; std::cout << duration_cast<minutes>(hours(3)).count() << ' ' << std::put_time(std::gmtime(std::unique_ptr<time_t>(new time_t(86400)).get()), "%F") << '\n';
    return std::cin.get() == EOF ? 4 : 5;
}
