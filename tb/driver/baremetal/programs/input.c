/* Reads lines from the console until an empty one, and says how long they were. */
#include <stdio.h>
#include <string.h>

int main(void) {
  char line[100];
  printf("name? ");
  while (fgets(line, sizeof line, stdin) != NULL && line[0] != '\n') {
    line[strcspn(line, "\n")] = 0;
    printf("%s: %u\n", line, (unsigned)strlen(line));
  }
  return 0;
}
