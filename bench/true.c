/* Start-up of a static program. */
int main(void) { return 0; }
