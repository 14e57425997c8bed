// Loads the finished library as a Rust program would find it, and tries what can go wrong without it being noticed:
// BLAS (are products right, and how fast are they), LAPACK (is it there), and errors (are they caught inside).
// Prints the speed of a 1024 x 1024 x 1024 matrix product in GFLOP/s.
#include <dlfcn.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "mlx/c/mlx.h"

static void* library;

[[noreturn]] static void fail(const char* what) {
  std::fprintf(stderr, "%s\n", what);
  std::exit(1);
}

template <typename Function>
static Function* find(const char* name, Function*) {
  void* symbol = dlsym(library, name);
  if (!symbol) {
    fail(dlerror());
  }
  return reinterpret_cast<Function*>(symbol);
}

// The declarations of mlx-c give each function its type; the loaded library gives it its body.
#define FIND(name) auto* name##_ = find(#name, &name)

static int errors = 0;
static void count_error(const char*, void*) {
  ++errors;
}

int main(int, char** args) {
  library = dlopen(args[1], RTLD_NOW | RTLD_GLOBAL);
  if (!library) {
    fail(dlerror());
  }
  FIND(mlx_set_error_handler);
  FIND(mlx_default_cpu_stream_new);
  FIND(mlx_array_new);
  FIND(mlx_array_new_data);
  FIND(mlx_array_eval);
  FIND(mlx_array_data_float32);
  FIND(mlx_matmul);
  FIND(mlx_transpose);
  FIND(mlx_contiguous);
  FIND(mlx_linalg_cholesky);
  mlx_set_error_handler_(count_error, nullptr, nullptr);
  mlx_stream cpu = mlx_default_cpu_stream_new_();

  const int n = 1024;
  std::vector<float> a_data(n * n), b_data(n * n);
  for (int i = 0; i < n * n; ++i) {
    a_data[i] = float(i % 7) - 3;
    b_data[i] = float(i % 5) - 2;
  }
  const int shape[] = {n, n};
  mlx_array a = mlx_array_new_data_(a_data.data(), shape, 2, MLX_FLOAT32);
  mlx_array b = mlx_array_new_data_(b_data.data(), shape, 2, MLX_FLOAT32);
  double best = 1e9;
  // A slow BLAS needs over a second a product: it is not asked a second time.
  for (int round = 0; round < 5 && (round == 0 || best < 0.3); ++round) {
    mlx_array product = mlx_array_new_();
    auto start = std::chrono::steady_clock::now();
    if (mlx_matmul_(&product, a, b, cpu) || mlx_array_eval_(product)) {
      fail("matmul failed");
    }
    std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    best = std::min(best, took.count());
    const float* values = mlx_array_data_float32_(product);
    for (int at : {0, n - 1, n * n / 2 + 17, n * n - 1}) {
      double expected = 0;
      for (int k = 0; k < n; ++k) {
        expected += double(a_data[at / n * n + k]) * b_data[k * n + at % n];
      }
      // The inputs are small integers, so the product is exact in any order of summation.
      if (values[at] != float(expected)) {
        fail("matmul gave a wrong product");
      }
    }
  }

  // Products of one row or column take another way; each operand as it is, and as the transpose of another.
  const int row_shape[] = {1, n}, column_shape[] = {n, 1};
  for (bool transposed : {false, true}) {
    mlx_array matrix = mlx_array_new_();
    if (transposed ? mlx_transpose_(&matrix, b, cpu) : mlx_contiguous_(&matrix, b, false, cpu)) {
      fail("transpose failed");
    }
    mlx_array row = mlx_array_new_data_(a_data.data(), row_shape, 2, MLX_FLOAT32);
    mlx_array column = mlx_array_new_data_(a_data.data(), column_shape, 2, MLX_FLOAT32);
    mlx_array of_row = mlx_array_new_(), of_column = mlx_array_new_();
    if (mlx_matmul_(&of_row, row, matrix, cpu) || mlx_array_eval_(of_row) ||
        mlx_matmul_(&of_column, matrix, column, cpu) || mlx_array_eval_(of_column)) {
      fail("matmul of one row failed");
    }
    for (int at = 0; at < n; ++at) {
      double down = 0, across = 0;
      for (int k = 0; k < n; ++k) {
        down += double(a_data[k]) * b_data[k * n + at];
        across += double(a_data[k]) * b_data[at * n + k];
      }
      if (mlx_array_data_float32_(of_row)[at] != float(transposed ? across : down) ||
          mlx_array_data_float32_(of_column)[at] != float(transposed ? down : across)) {
        fail("matmul gave a wrong product of one row or column");
      }
    }
  }

  const float spd_data[] = {4, 2, 2, 3};
  const int spd_shape[] = {2, 2};
  mlx_array spd = mlx_array_new_data_(spd_data, spd_shape, 2, MLX_FLOAT32);
  mlx_array factor = mlx_array_new_();
  if (mlx_linalg_cholesky_(&factor, spd, false, cpu) || mlx_array_eval_(factor)) {
    fail("cholesky failed");
  }
  const float* l = mlx_array_data_float32_(factor);
  if (std::fabs(l[0] - 2) > 1e-5 || std::fabs(l[2] - 1) > 1e-5 || std::fabs(l[3] - std::sqrt(2.0f)) > 1e-5) {
    fail("cholesky gave a wrong factor");
  }

  mlx_array bad = mlx_array_new_();
  if (mlx_matmul_(&bad, a, spd, cpu) == 0 || errors != 1) {
    fail("a product of misfitting shapes was not reported as an error");
  }

  std::printf("%.0f\n", 2.0 * n * n * n / best / 1e9);
  std::fflush(stdout);
  // Leaves without destructors: MLX's threads still run.
  std::_Exit(0);
}
