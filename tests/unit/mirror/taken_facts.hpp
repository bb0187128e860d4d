// A FactSink for tests: stores the facts in order.
#pragma once

#include "mirror/fact_sink.hpp"

#include <functional>

namespace unit {

class TakenFacts final : public mirror::FactSink {
  public:
    std::vector<payments::Event> all;
    /// If set, called with each fact.
    std::function<void(const payments::Event&)> on_fact;

    void take(payments::Event&& fact, mirror::Source) override { note(fact); }
    void take(std::vector<payments::Event> facts, mirror::Source) override {
        for (const auto& fact : facts)
            note(fact);
    }
    /// The facts of one kind.
    template <class Fact>
    [[nodiscard]] std::vector<Fact> of() const {
        std::vector<Fact> found;
        for (const auto& fact : all)
            if (const auto* one = std::get_if<Fact>(&fact))
                found.push_back(*one);
        return found;
    }

  private:
    void note(const payments::Event& fact) {
        all.push_back(fact);
        if (on_fact)
            on_fact(fact);
    }
};

} // namespace unit
