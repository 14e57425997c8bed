// mlx-rs seeds its random numbers from this function of macOS. Ticks need no unit there: any clock that moves will do.
#include <cstdint>
#include <ctime>

extern "C" uint64_t mach_approximate_time(void) {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return uint64_t(now.tv_sec) * 1000000000u + uint64_t(now.tv_nsec);
}
