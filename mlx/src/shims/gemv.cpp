// Stands before the BLAS, and hands a product of one row or one column on as that of a matrix and a vector, which it is.
// OpenBLAS (0.3.21 on x86-64) copies the whole matrix into blocks otherwise, as it does for products of many rows, and that
// takes as long as all else: a language model that decodes, which is nothing but such products, took 50 ms a token instead
// of 25. MLX calls no other function than `sgemm`.
#include <dlfcn.h>

#include <algorithm>

enum Order { ROW_MAJOR = 101 };
enum Transpose { NO_TRANS = 111, TRANS = 112 };

using Gemm = void(Order, Transpose, Transpose, int, int, int, float, const float*, int, const float*, int, float, float*, int);
using Gemv = void(Order, Transpose, int, int, float, const float*, int, const float*, int, float, float*, int);

// What of this name comes after this library: the BLAS's.
template <typename Function>
static Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

extern "C" void cblas_sgemm(
    Order order,
    Transpose trans_a,
    Transpose trans_b,
    int m,
    int n,
    int k,
    float alpha,
    const float* a,
    int lda,
    const float* b,
    int ldb,
    float beta,
    float* c,
    int ldc) {
  static Gemm* const gemm = next<Gemm>("cblas_sgemm");
  static Gemv* const gemv = next<Gemv>("cblas_sgemv");
  const bool known = gemv && order == ROW_MAJOR && (trans_a == NO_TRANS || trans_a == TRANS) &&
      (trans_b == NO_TRANS || trans_b == TRANS);
  if (!known || k < 1 || m < 1 || n < 1 || (m > 1 && n > 1)) {
    gemm(order, trans_a, trans_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    return;
  }
  // Where C does not count it may be anything, which not every gemv overlooks.
  if (beta == 0) {
    for (int row = 0; row < m; ++row) {
      std::fill_n(c + size_t(row) * ldc, n, 0.0f);
    }
  }
  if (m == 1) {
    // The row times B is B, transposed, times the row.
    const int stride = trans_a == TRANS ? lda : 1;
    if (trans_b == TRANS) {
      gemv(order, NO_TRANS, n, k, alpha, b, ldb, a, stride, beta, c, 1);
    } else {
      gemv(order, TRANS, k, n, alpha, b, ldb, a, stride, beta, c, 1);
    }
    return;
  }
  const int stride = trans_b == TRANS ? 1 : ldb;
  if (trans_a == TRANS) {
    gemv(order, TRANS, k, m, alpha, a, lda, b, stride, beta, c, ldc);
  } else {
    gemv(order, NO_TRANS, m, k, alpha, a, lda, b, stride, beta, c, ldc);
  }
}
