// Decides whether setconfig may set an option: the value must be valid, and lightningd's configuration must start the
// plugin (start_config.hpp explains why). Changes nothing.
#pragma once

#include "cln/lightningd.hpp"
#include "host/option.hpp"
#include "host/parent.hpp"

#include <functional>
#include <vector>

namespace host {

class SettingCheck final {
  public:
    using Answer = std::function<void(const tl::expected<Setting, rpc::Error>&)>;

    SettingCheck(io::Loop& loop, cln::Lightningd& lightningd, const Parent& parent, std::span<const Option> options)
        : lightningd_(lightningd), parent_(parent), options_(options), limit_(loop) {}

    /// Answers once: without a connection, within ten seconds.
    void check(const json::Tree& params, Answer answer);
    /// Call when the RPC socket is connected.
    void connected();

  private:
    struct Early {
        Setting setting;
        Answer answer;
    };
    void look(const Setting& setting, const Answer& answer);
    void give_up();

    cln::Lightningd& lightningd_;
    const Parent& parent_;
    std::span<const Option> options_;
    std::vector<Early> early_; // checks that wait for the connection
    io::Timer limit_;
};

} // namespace host
