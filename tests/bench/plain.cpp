// The plain nlohmann program that the plugin is compared with: it follows sendpay_success only. `plain` parses each
// message, makes a Payment of it and dumps that. `plain parse` parses each message and prints the time of the parsing
// alone.
#include "process.hpp"

#include <iostream>
#include <string_view>

#include <unistd.h>

#include <nlohmann/json.hpp>

namespace {

using json = nlohmann::json;
using ordered_json = nlohmann::ordered_json;

std::string msat(std::int64_t value) {
    return std::to_string(value);
}

ordered_json payment_of(const json& row) {
    const std::int64_t amount = row["amount_msat"];
    const std::int64_t sent = row["amount_sent_msat"];
    const std::int64_t begin = row["created_at"];
    const std::int64_t end = row["completed_at"];
    const auto index = std::to_string(row["created_index"].get<std::uint64_t>());
    const auto begin_ns = std::to_string(begin * 1'000'000'000);
    ordered_json attempt = {
        {"attempt_id", index},
        {"status", "SUCCEEDED"},
        {"route",
         {{"total_time_lock", 0},
          {"total_fees", msat((sent - amount) / 1000)},
          {"total_amt", msat(sent / 1000)},
          {"hops", ordered_json::array()},
          {"total_fees_msat", msat(sent - amount)},
          {"total_amt_msat", msat(sent)},
          {"first_hop_amount_msat", msat(sent)},
          {"custom_channel_data", ""}}},
        {"attempt_time_ns", begin_ns},
        {"resolve_time_ns", std::to_string(end * 1'000'000'000)},
        {"failure", nullptr},
        {"preimage", row["payment_preimage"]},
    };
    return {
        {"payment_hash", row["payment_hash"]},
        {"value", msat(amount / 1000)},
        {"creation_date", std::to_string(begin)},
        {"fee", msat((sent - amount) / 1000)},
        {"payment_preimage", row["payment_preimage"]},
        {"value_sat", msat(amount / 1000)},
        {"value_msat", msat(amount)},
        {"payment_request", row.value("bolt11", "")},
        {"status", "SUCCEEDED"},
        {"fee_sat", msat((sent - amount) / 1000)},
        {"fee_msat", msat(sent - amount)},
        {"creation_time_ns", begin_ns},
        {"htlcs", ordered_json::array({std::move(attempt)})},
        {"payment_index", index},
        {"failure_reason", "FAILURE_REASON_NONE"},
        {"first_hop_custom_records", ordered_json::object()},
    };
}

void follow(std::string_view text, std::string& out) {
    const auto message = json::parse(text);
    if (message["method"] != "sendpay_success")
        return;
    const ordered_json published = {
        {"jsonrpc", "2.0"},
        {"method", "trackpayments"},
        {"params", {{"trackpayments", payment_of(message["params"]["sendpay_success"])}}},
    };
    out += published.dump();
    out += "\n\n";
}

void write_all(std::string& out) {
    for (std::size_t at = 0; at < out.size();) {
        const auto put = write(STDOUT_FILENO, out.data() + at, out.size() - at);
        if (put < 0)
            std::exit(1); // NOLINT(concurrency-mt-unsafe)
        at += static_cast<std::size_t>(put);
    }
    out.clear();
}

} // namespace

int main(int argc, char** argv) {
    const bool only_parse = argc > 1 && std::string_view(argv[1]) == "parse";
    std::string in;
    std::string out;
    std::string buffer(64UL * 1024, '\0');
    for (ssize_t got = 0; (got = read(STDIN_FILENO, buffer.data(), buffer.size())) > 0;) {
        in.append(buffer.data(), static_cast<std::size_t>(got));
        std::size_t begin = 0;
        std::size_t parsed = 0;
        const auto before = only_parse ? bench::thread_cpu_ns() : 0;
        for (auto end = in.find("\n\n"); end != std::string::npos; end = in.find("\n\n", begin)) {
            const auto text = std::string_view(in).substr(begin, end - begin);
            begin = end + 2;
            if (only_parse)
                parsed += json::parse(text).contains("jsonrpc") ? 1 : 0;
            else
                follow(text, out);
        }
        in.erase(0, begin);
        if (only_parse)
            out = std::to_string(parsed) + " " + std::to_string(bench::thread_cpu_ns() - before) + "\n";
        write_all(out);
    }
    return 0;
}
