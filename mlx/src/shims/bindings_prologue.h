// Read by bindgen before mlx-c's headers: what half.h says on Arm, for every processor, in C.
#define MLX_HALF_H
#define HAS_FLOAT16
#define HAS_BFLOAT16
#include <stdint.h>
typedef _Float16 float16_t;
typedef uint16_t bfloat16_t;
