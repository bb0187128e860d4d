// libnats as long as somebody uses it. Its threads end with the last user: at the end of a process they would go on
// while OpenSSL is taken down.
#pragma once

namespace jetstream {

class Library final {
  public:
    /// Before any other use of OpenSSL in the process.
    Library();
    /// The last one waits until the threads have ended, 2 s at most. Not on one of these threads.
    ~Library();
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;
};

} // namespace jetstream
