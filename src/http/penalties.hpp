// Remembers which networks sent bad credentials lately, in bounded memory.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <unordered_map>

namespace http {

class Penalties final {
  public:
    static constexpr std::size_t most_networks = 4096;
    /// After its last refusal a network is forgotten.
    static constexpr std::chrono::milliseconds memory = std::chrono::minutes(1);

    /// `allowed`: a network is slowed from this number of refusals on.
    explicit Penalties(std::size_t allowed) : allowed_(allowed) {}

    /// `network`: as network_of() gives it. `now`: of any steady clock.
    void count(const std::string& network, std::chrono::milliseconds now);
    [[nodiscard]] bool slowed(const std::string& network, std::chrono::milliseconds now) const;
    [[nodiscard]] std::size_t networks() const { return networks_.size(); }

  private:
    struct Record {
        std::size_t refusals = 0;
        std::chrono::milliseconds last{0};
    };
    void make_room(std::chrono::milliseconds now);

    std::size_t allowed_;
    std::unordered_map<std::string, Record> networks_;
};

} // namespace http
