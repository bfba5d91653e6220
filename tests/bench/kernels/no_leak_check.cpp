// SPDX-License-Identifier: Apache-2.0
// The rivals (OpenBLAS, BLIS, oneDNN) keep threads of their own until the program ends. In an
// address-sanitizer build they are opened without RTLD_DEEPBIND, and the leak check at exit, which
// stops every thread and reads its thread-local storage, sometimes dies in one of theirs (gcc 12:
// "Tracer caught signal 11"). Only that check is off, and only in this program.
extern "C" int __lsan_is_turned_off();
extern "C" int __lsan_is_turned_off() {  // NOLINT(bugprone-reserved-identifier)
  return 1;
}
