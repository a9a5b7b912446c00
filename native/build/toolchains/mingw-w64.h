// Included before every file. mingw-w64 10 lacks this declaration of processthreadsapi.h, which ggml-cpu.c needs.
#include <windows.h>

#if !defined(THREAD_POWER_THROTTLING_CURRENT_VERSION)
#define THREAD_POWER_THROTTLING_CURRENT_VERSION 1
#define THREAD_POWER_THROTTLING_EXECUTION_SPEED 1
typedef struct { ULONG Version, ControlMask, StateMask; } THREAD_POWER_THROTTLING_STATE;
#endif
