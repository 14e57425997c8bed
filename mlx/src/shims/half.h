// Force-included into every mlx-c source, in place of mlx-c's own half.h.
// That one names half-precision types on Arm only, so mlx-c would leave out the functions that mlx-rs needs elsewhere;
// MLX itself has the types on every processor.
#pragma once
#define MLX_HALF_H
#define HAS_FLOAT16
#define HAS_BFLOAT16
#include <mlx/types/half_types.h>
using mlx::core::bfloat16_t;
using mlx::core::float16_t;
