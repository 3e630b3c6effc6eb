#include "include/CStore.h"

// CRC-32 (the polynomial of zlib and Ethernet) by carry-less multiplication, as in "Fast CRC Computation for Generic Polynomials
// Using PCLMULQDQ Instruction" (Intel, 2009): four folds of 128 bits side by side, then one, then Barrett's reduction.

#if defined(__x86_64__)
#include <immintrin.h>

#define FOLDS __attribute__((target("pclmul,sse4.1")))

FOLDS static inline __m128i fold(__m128i sum, __m128i constants, __m128i next) {
  __m128i low = _mm_clmulepi64_si128(sum, constants, 0x00);
  __m128i high = _mm_clmulepi64_si128(sum, constants, 0x11);
  return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

FOLDS static uint32_t reduced(__m128i sum) {
  const __m128i k4 = _mm_set_epi64x(0x00ccaa009e, 0x01751997d0);
  const __m128i k5 = _mm_set_epi64x(0, 0x0163cd6124);
  const __m128i barrett = _mm_set_epi64x(0x01f7011641, 0x01db710641);
  const __m128i mask = _mm_setr_epi32(~0, 0, ~0, 0);
  sum = _mm_xor_si128(_mm_srli_si128(sum, 8), _mm_clmulepi64_si128(sum, k4, 0x10));
  sum = _mm_xor_si128(_mm_srli_si128(sum, 4), _mm_clmulepi64_si128(_mm_and_si128(sum, mask), k5, 0x00));
  __m128i part = _mm_clmulepi64_si128(_mm_and_si128(sum, mask), barrett, 0x10);
  part = _mm_clmulepi64_si128(_mm_and_si128(part, mask), barrett, 0x00);
  return (uint32_t)_mm_extract_epi32(_mm_xor_si128(sum, part), 1);
}

FOLDS static long folded(const unsigned char *bytes, long count, uint32_t *crc) {
  const __m128i four = _mm_set_epi64x(0x01c6e41596, 0x0154442bd4);
  const __m128i one = _mm_set_epi64x(0x00ccaa009e, 0x01751997d0);
  const __m128i *next = (const __m128i *)bytes;
  __m128i a = _mm_xor_si128(_mm_loadu_si128(next), _mm_cvtsi32_si128((int)~*crc));
  __m128i b = _mm_loadu_si128(next + 1), c = _mm_loadu_si128(next + 2), d = _mm_loadu_si128(next + 3);
  long done = 64;
  for (next += 4; count - done >= 64; next += 4, done += 64) {
    a = fold(a, four, _mm_loadu_si128(next));
    b = fold(b, four, _mm_loadu_si128(next + 1));
    c = fold(c, four, _mm_loadu_si128(next + 2));
    d = fold(d, four, _mm_loadu_si128(next + 3));
  }
  a = fold(fold(fold(a, one, b), one, c), one, d);
  for (; count - done >= 16; next += 1, done += 16) a = fold(a, one, _mm_loadu_si128(next));
  *crc = ~reduced(a);
  return done;
}

long cstore_crc32(const void *bytes, long count, uint32_t *crc) {
  if (count < 64 || !__builtin_cpu_supports("pclmul") || !__builtin_cpu_supports("sse4.1")) return 0;
  return folded(bytes, count, crc);
}

#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>
#include <string.h>

long cstore_crc32(const void *bytes, long count, uint32_t *crc) {
  const unsigned char *next = bytes;
  uint32_t sum = ~*crc;
  long done = 0;
  for (; count - done >= 8; done += 8) {
    uint64_t word;
    memcpy(&word, next + done, 8);
    sum = __crc32d(sum, word);
  }
  *crc = ~sum;
  return done;
}

#else

long cstore_crc32(const void *bytes, long count, uint32_t *crc) {
  (void)bytes, (void)count, (void)crc;
  return 0;
}

#endif
