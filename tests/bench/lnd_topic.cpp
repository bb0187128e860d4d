#include "lnd_topic.hpp"

#include "report.hpp"

namespace bench {

namespace {

std::string snapshot(const std::string& goldens, std::string_view status) {
    std::ifstream file(goldens + "/xpay_multi_hop.jsonl");
    for (std::string line; std::getline(file, line);) {
        const auto message = json::parse(line);
        if (message["method"] == "trackpayments" && message["params"]["trackpayments"]["status"] == status)
            return message["params"]["trackpayments"].dump();
    }
    throw std::runtime_error("no such snapshot in " + goldens);
}

/// Up to and including `name`; `text` keeps what follows the value.
std::string cut_value(std::string& text, const std::string& name) {
    const auto value = text.find(name) + name.size();
    auto before = text.substr(0, value);
    text.erase(0, text.find('"', value));
    return before;
}

} // namespace

LndTopic::Pattern::Pattern(const std::string& payment) : end(payment) {
    begin = cut_value(end, R"("payment_hash":")");
    time = cut_value(end, R"("creation_time_ns":")");
    index = cut_value(end, R"("payment_index":")");
}

LndTopic::LndTopic(const std::string& goldens)
    : in_flight_(snapshot(goldens, "IN_FLIGHT")), succeeded_(snapshot(goldens, "SUCCEEDED")) {}

std::string LndTopic::cursor() {
    return "00000000.abcdef01.0.0";
}

void LndTopic::append(std::string& to, const Pattern& pattern, std::uint64_t payment) {
    const auto number = std::to_string(++made_);
    to += R"({"jsonrpc":"2.0","method":"trackpayments","params":{"trackpayments":)";
    to.append(pattern.begin).append(hash_of(payment)).append(pattern.time).append(number).append(pattern.index);
    to.append(std::to_string(payment + 1)).append(pattern.end);
    to.append(R"(,"cursor":"00000000.abcdef01.)").append(number).append(R"(.)").append(number);
    to += "\"},\"origin\":\"trackpayments\"}\n\n";
}

} // namespace bench
