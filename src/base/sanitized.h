/* Whether this is a build with AddressSanitizer or ThreadSanitizer: their shadow memory takes more address
 * space than any limit would leave. */
#ifndef CPROF_BASE_SANITIZED_H
#define CPROF_BASE_SANITIZED_H

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CPROF_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define CPROF_SANITIZED 1
#endif
#endif
#ifndef CPROF_SANITIZED
#define CPROF_SANITIZED 0
#endif

#endif
