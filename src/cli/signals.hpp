#pragma once

namespace gan {

/// From now on SIGINT, SIGTERM and SIGHUP are only recorded; a second one ends the program at once,
/// as without this function.
void catch_signals();

/// The recorded signal, or 0.
int caught_signal();

}  // namespace gan
