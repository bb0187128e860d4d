// The whole plugin on its loop, between a host that sends what the input gives and a node that answers from its rows.
// The first line chooses the host. Each further line is a step, whose first character gives its kind:
//   <text   bytes to stdin (@DIR@ is the directory of the node's socket)   +row    adds a row to the node
//   =json   result of the next call to the node                            !json   its error
//   @json   result of the oldest open `wait`                               ~text   bytes on the node's socket
//   x       the node hangs up                                              .       some turns of the loop
#include "host_at_work.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace dispatch_target {

FUZZ_TARGET(dispatch) {
    static const int here = ::open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); // the plugin changes its directory
    fuzz::HostAtWork host(fuzz::text_of(data, size));
    host.work();
    host.check();
    fuzz::require(::fchdir(here) == 0, "the working directory is restored");
    return 0;
}

} // namespace dispatch_target
