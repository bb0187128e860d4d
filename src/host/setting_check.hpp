// Decides whether setconfig may set an option: its value must be one the option can have, and lightningd must start the
// plugin by itself the next time, see start_config.hpp. Changes nothing.
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
    const Parent& parent_;
    std::span<const Option> options_;
    std::vector<Early> early_; // asked before lightningd could be
    io::Timer limit_;
};

} // namespace host
