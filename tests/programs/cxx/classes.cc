// Virtual calls, multiple and virtual inheritance, member pointers, templates, static initialisation, coroutine-like iterators.
#include <array>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <typeinfo>
#include <variant>
#include <vector>

struct Shape { virtual ~Shape() = default; virtual double area() const = 0; virtual const char *name() const { return "shape"; } };
struct Square : Shape { double s; explicit Square(double s) : s(s) {} double area() const override { return s * s; } const char *name() const override { return "square"; } };
struct Circle : Shape { double r; explicit Circle(double r) : r(r) {} double area() const override { return 3 * r * r; } };
struct A { int a = 1; virtual int f() { return a; } virtual ~A() = default; };
struct B : virtual A { int b = 2; int f() override { return a + b; } };
struct C : virtual A { int c = 4; int g() { return a + c; } };
struct D : B, C { int d = 8; int f() override { return a + b + c + d; } };
static std::string global = "constructed before main";
template <typename... T> static auto total(T... v) { return (v + ...); }
template <int N> struct Factorial { static constexpr long value = N * Factorial<N - 1>::value; };
template <> struct Factorial<0> { static constexpr long value = 1; };

int main()
{
    std::vector<std::unique_ptr<Shape>> shapes;
    for (int i = 0; i < 1000; i++) if (i * 7919 % 13 < 6) shapes.push_back(std::make_unique<Square>(i)); else shapes.push_back(std::make_unique<Circle>(i));
    double sum = 0; int squares = 0; for (auto &s : shapes) { sum += s->area(); squares += s->name()[1] == 'q'; }
    std::printf("%.1f %d\n", sum, squares);
    D d; A *a = &d; C *c = &d; int (A::*member)() = &A::f; int D::*data = &D::d;
    std::printf("%d %d %d %d %d %d\n", a->f(), c->g(), (a->*member)(), d.*data, dynamic_cast<C *>(a) == c, typeid(*a) == typeid(D));
    std::printf("%s %ld %g %s\n", global.c_str(), Factorial<15>::value, total(1, 2.5, 3L), total(std::string("a"), std::string("b")).c_str());
    std::vector<std::variant<int, double, std::string>> mixed{1, 2.5, "text"};
    for (auto &v : mixed) std::visit([](auto &x) { if constexpr (std::is_same_v<std::decay_t<decltype(x)>, std::string>) std::printf("%s ", x.c_str()); else std::printf("%g ", double(x)); }, v);
    auto [x, y, z] = std::tuple(1, std::string_view("view").substr(1), std::optional<int>()); std::printf("%d %.3s %d\n", x, y.data(), z.value_or(-1));
    std::array<int, 5> list{5, 3, 1, 4, 2}; long hash = 0; auto mix = [&hash](auto v) { hash = hash * 31 + v; }; for (int v : list) mix(v); std::printf("%ld\n", hash);
    static const auto once = [] { std::puts("initialised once"); return 1; }; for (int i = 0; i < 2; i++) { static int n = once(); hash += n; } return hash & 63;
}
