// The whole plugin on its loop, between a host that says what the input tells it to and a node that answers from its
// rows. The first line chooses the host, each further one is a step; its first character says which:
//   <text   bytes to stdin (@DIR@ is where the node's socket is)     +row    a row the node has from now on
//   =json   result of the next call to the node                     !json   its error
//   @json   result of the oldest `wait` that waits                   ~text   bytes on the node's socket
//   x       the node hangs up                                       .       some turns of the loop
#include "host_at_work.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace dispatch_target {

FUZZ_TARGET(dispatch) {
    static const int here = ::open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); // the plugin changes its directory
    fuzz::HostAtWork host(fuzz::text_of(data, size));
    host.work();
    host.check();
    fuzz::require(::fchdir(here) == 0, "a way back for the test");
    return 0;
}

} // namespace dispatch_target
