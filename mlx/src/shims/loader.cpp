// Stands in for mlx-c, so that one program runs with and without an NVIDIA GPU. MLX's build for CUDA needs NVIDIA's driver to be
// loaded at all: a program that is linked with it does not start on a machine that has none. This library is loaded in its place,
// takes the build for CUDA where there is a GPU and the one for processors elsewhere, and hands each call on.
#include <dlfcn.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

// A line `FUNCTION(name)` for each function of mlx-c.
#define FUNCTIONS "functions.h"

// Where the taken library has them.
#define FUNCTION(name) extern "C" __attribute__((visibility("hidden"))) void* crosscheck_##name = nullptr;
#include FUNCTIONS
#undef FUNCTION

// What the arguments and the result are does not matter to a jump.
#define FUNCTION(name)          \
  asm(".pushsection .text\n"    \
      ".globl " #name "\n"      \
      ".type " #name ", @function\n" #name ":\n" \
      "  endbr64\n"             \
      "  jmp *crosscheck_" #name "(%rip)\n"      \
      ".size " #name ", . - " #name "\n"         \
      ".popsection");
#include FUNCTIONS
#undef FUNCTION

struct Function {
  const char* name;
  void** place;
};
static const Function ALL[] = {
#define FUNCTION(name) {#name, &crosscheck_##name},
#include FUNCTIONS
#undef FUNCTION
};

// Why the build for CUDA was not taken; empty where it was.
static std::string& reason() {
  static std::string reason;
  return reason;
}

extern "C" const char* crosscheck_mlx_without_cuda() {
  return reason().empty() ? nullptr : reason().c_str();
}

// Whether there is a GPU. Without one, MLX's build for CUDA has no memory either, not even for the processor.
static bool has_gpu() {
  void* driver = dlopen(CUDA_DRIVER, RTLD_NOW);
  if (!driver) {
    reason() = std::string("there is no NVIDIA driver on this machine: ") + dlerror();
    return false;
  }
  auto* init = reinterpret_cast<int (*)(unsigned)>(dlsym(driver, "cuInit"));
  auto* count = reinterpret_cast<int (*)(int*)>(dlsym(driver, "cuDeviceGetCount"));
  if (!init || !count) {
    reason() = std::string("the NVIDIA driver of this machine is none: ") + dlerror();
    return false;
  }
  int gpus = 0;
  int error = init(0);
  if (!error) {
    error = count(&gpus);
  }
  if (error || gpus < 1) {
    reason() = "the NVIDIA driver of this machine finds no GPU";
    if (error) {
      reason() += ": its error " + std::to_string(error);
    }
    return false;
  }
  return true;
}

// The build for CUDA, which lies beside this library.
static void* cuda() {
  if (!has_gpu()) {
    return nullptr;
  }
  // MLX multiplies 32-bit floats with 11 bits of each otherwise. It reads this once; somebody who wants that says so.
  setenv("MLX_ENABLE_TF32", "0", 0);
  Dl_info own;
  std::string path;
  if (dladdr(reinterpret_cast<void*>(&crosscheck_mlx_without_cuda), &own)) {
    path = own.dli_fname;
    path.resize(path.rfind('/') + 1);
  }
  void* library = dlopen((path + CUDA_LIBRARY).c_str(), RTLD_NOW);
  if (!library) {
    reason() = std::string("NVIDIA's libraries cannot be loaded: ") + dlerror() + "; set MLX up with `--cuda --again`";
  }
  return library;
}

// Ends as the system's own loader does where a library is missing.
[[noreturn]] static void fail() {
  std::fprintf(stderr, "MLX cannot be loaded: %s\n", dlerror());
  _exit(127);
}

__attribute__((constructor)) static void take() {
  void* library = cuda();
  if (!library && !(library = dlopen(PROCESSOR_LIBRARY, RTLD_NOW))) {
    fail();
  }
  for (const Function& function : ALL) {
    if (!(*function.place = dlsym(library, function.name))) {
      fail();
    }
  }
}
