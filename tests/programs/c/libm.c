/* The mathematical library, to the digits on which machines agree. */
#include <complex.h>
#include <math.h>
#include <stdio.h>

int main(void)
{
    for (double x = -5; x <= 5; x += 0.37) {
        printf("%.12g %.12g %.12g %.12g %.12g %.12g\n", sin(x), cos(x), tan(x), exp(x), atan(x), sinh(x));
        printf("%.12g %.12g %.12g %.12g %.12g\n", cbrt(x), erf(x), tgamma(x + 6), log1p(x + 6), pow(x + 5.5, x));
        printf("%.5g %.5g %.5g %.5g\n", sinf(x), expf(x), logf(x + 6), powf(x + 6, 0.3f));
        int exponent;
        double whole, mantissa = frexp(x, &exponent), fraction = modf(x, &whole);
        printf("%g %d %g %g %g %g %g\n", mantissa, exponent, fraction, whole, fmod(x, 0.7), remainder(x, 0.7), ldexp(x, 20));
        double complex z = cexp(x + 1i);
        printf("%.10g %.10g %.10g\n", creal(z), cimag(z), cabs(csqrt(z)));
    }
    printf("%.15Lg %.15Lg %.15Lg\n", sqrtl(2), (long double)1 / 3, expl(1));
    printf("%g %g %g %g\n", hypot(3, 4), nextafter(1, 2) - 1, scalbn(1.5, -1070), logb(1e-310));
    return 0;
}
