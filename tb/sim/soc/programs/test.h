/* What the test programs share. Addresses are spelled out: these programs test the map's simulator, not its headers. */
#define CYCLES (*(volatile unsigned long *)0x10010008)
#define csr(name) ({ unsigned long value_; __asm__ volatile("csrr %0, " #name : "=r"(value_)); value_; })
/* Number of the hart that calls. */
int main(int hart);
void finish(int code);
