#include "lndapi/subscribe_state.hpp"

#include "lndapi/info.hpp"

namespace lndapi {

SubscribeState::SubscribeState(Sources sources, http::Exchange& exchange, std::unique_ptr<const Output> output)
    : Call(sources.loop, exchange, std::move(output)), sources_(std::move(sources)) {}

SubscribeState::~SubscribeState() {
    sources_.hub.remove(*this);
}

void SubscribeState::serve() {
    sources_.hub.add(*this);
    begin(nullptr);
    state_changed(sources_.reader.state());
}

void SubscribeState::state_changed(consumer::State state) {
    if (ended())
        return;
    owed_.push_back(state_json(state));
    resume();
}

bool SubscribeState::next(std::string& out) {
    if (owed_.empty())
        return false;
    output().message(out, owed_.front(), state_message);
    owed_.pop_front();
    handed_over();
    return true;
}

} // namespace lndapi
