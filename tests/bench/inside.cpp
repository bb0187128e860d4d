#include "inside.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace bench {

Inside::Inside(Node& node) : ends_(pipe_pair_for_child(in_, out_)) {
    auto in = io::Stream::open(loop_, in_);
    auto out = io::Stream::open(loop_, out_);
    if (!in || !out)
        throw std::runtime_error("no pipes");
    const host::Parent parent{true, cln::read_version("v26.06.6")};
    plugin_ =
        std::make_unique<trackpayments::Tracker>(loop_, host::Pipes{std::move(*in), std::move(*out)}, parent, true);
    loop_.stop(); // run() ends at once and only sets up: this thread turns the loop
    plugin_->run();
    host_ = std::make_unique<Host>(ends_, node, [this] { turn(); });
}

void Inside::turn() {
    const auto before = thread_cpu_ns();
    loop_.turn(false);
    const auto took = thread_cpu_ns() - before;
    spent_ += took;
    longest_ = std::max(longest_, took);
}

std::int64_t Inside::take_longest() {
    return std::exchange(longest_, 0);
}

} // namespace bench
