// Tries whether a library can be loaded, with all that it needs; says what the loader says where it cannot.
#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>

int main(int, char** args) {
  if (!dlopen(args[1], RTLD_NOW)) {
    std::fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  // Leaves without destructors: threads of the library may still run.
  std::_Exit(0);
}
