/* SPDX-License-Identifier: Apache-2.0 */
/* A program whose speed is known: STEPS steps of 100 portions of arithmetic, each portion timed. `spin STEPS SLOWER`
 * does SLOWER (0.03: 3 %) more arithmetic in every portion. Prints the median time of a step and of each portion over
 * the steps. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { portions = 100, most_steps = 1000, turns = 2000 };

static double times[portions + 1][most_steps];

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static volatile double sink; /* without it the arithmetic may be left out */

static void work(long count) {
  double value = sink;
  for (long i = 0; i < count; ++i) value = value * 0.999999 + 1e-6;
  sink = value;
}

static int order(const void* a, const void* b) {
  const double left = *(const double*)a, right = *(const double*)b;
  return (left > right) - (left < right);
}

int main(int count, char** arguments) {
  if (count != 3) return 2;
  const int steps = atoi(arguments[1]);
  if (steps < 1 || steps > most_steps) return 2;
  const long turns_of_portion = (long)(turns * (1 + atof(arguments[2])));
  for (int step = 0; step < steps; ++step) {
    const double begin = now();
    double last = begin;
    for (int portion = 0; portion < portions; ++portion) {
      work(turns_of_portion);
      const double end = now();
      times[portion][step] = end - last;
      last = end;
    }
    times[portions][step] = last - begin;
  }
  for (int row = 0; row <= portions; ++row) {
    qsort(times[row], (size_t)steps, sizeof(double), order);
    const double median = times[row][steps / 2];
    if (row < portions) {
      printf("%s\"portion_%02d_time\": %.9g", row == 0 ? "{" : ", ", row, median);
    } else {
      printf(", \"step_time_s\": %.9g}\n", median);
    }
  }
  return 0;
}
