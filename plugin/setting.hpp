// Decides whether setconfig may set an option: its value must be one the option can have, and lightningd must start the
// plugin by itself the next time, see start_config.hpp. Changes nothing.
#pragma once

#include "cln/lightningd.hpp"
#include "plugin/host.hpp"
#include "plugin/options.hpp"

#include <functional>
#include <vector>

namespace plugin {

class SettingCheck final {
  public:
    using Answer = std::function<void(const tl::expected<Setting, rpc::Error>&)>;

    SettingCheck(io::Loop& loop, cln::Lightningd& lightningd, const Host& host)
        : lightningd_(lightningd), host_(host), limit_(loop) {}

    /// Answers once, at the latest ten seconds after lightningd could first be asked in vain.
    void check(const json::Tree& params, Answer answer);
    /// lightningd can be asked now.
    void connected();

  private:
    struct Early {
        Setting setting;
        Answer answer;
    };
    void look(const Setting& setting, const Answer& answer);
    void give_up();

    cln::Lightningd& lightningd_;
    const Host& host_;
    std::vector<Early> early_; // asked before lightningd could be
    io::Timer limit_;
};

} // namespace plugin
