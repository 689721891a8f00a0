#pragma once

namespace gan {

/// From here on SIGINT, SIGTERM and SIGHUP are only noted; a second one ends
/// the program at once, as if none of this were there.
void catch_signals();

/// The signal noted, or 0.
int caught_signal();

}  // namespace gan
