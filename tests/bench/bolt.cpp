// The cost of BOLT bytes beside the JSON that carries them: a recorded sendpay_failure with a channel_update, and a
// createonion of five hops made of recorded ones. Target: at most a fifth. Also the invoice of a recorded
// sendpay_success: at most a half. Prints JSON; exit code 1 if one is missed.
#include "base/hex.hpp"
#include "bolt/failure_message.hpp"
#include "bolt/hop_payload.hpp"
#include "bolt/invoice.hpp"
#include "json/text.hpp"
#include "measure.hpp"

#include <cstdio>
#include <fstream>
#include <iostream>
#include <stdexcept>

using json::Tree;

namespace {

constexpr std::size_t hops = 5;

/// The first message to the plugin for which `wanted` is true.
Tree recorded(const std::string& path, const std::function<bool(const Tree&)>& wanted) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        auto entry = Tree::parse(line);
        if (entry["dir"] == "to_plugin" && entry["msg"].is_object() && wanted(entry["msg"]))
            return entry["msg"];
    }
    throw std::runtime_error("no such message in " + path);
}

Tree failure_with_update(const std::string& folder) {
    return recorded(folder + "/fail_fee_insufficient.jsonl",
                    [](const Tree& message) { return message.value("method", "") == "sendpay_failure"; });
}

Tree onion_of_five(const std::string& folder) {
    auto message = recorded(folder + "/pay_legacy.jsonl", [](const Tree& seen) {
        return seen.value("/params/rpc_command/method"_json_pointer, "") == "createonion";
    });
    auto& list = message["/params/rpc_command/params/hops"_json_pointer];
    while (list.size() < hops)
        list.insert(list.begin(), Tree(list.front()));
    return message;
}

Tree success_with_invoice(const std::string& folder) {
    return recorded(folder + "/xpay_single_hop.jsonl", [](const Tree& message) {
        return message.contains("/params/sendpay_success/bolt11"_json_pointer);
    });
}

/// As in cln's decoders, hex included.
void decode_failure(const std::string& hex) {
    const auto bytes = base::from_hex(hex);
    const auto message = bolt::decode_failure_message(*bytes);
    if (!message || !message->update)
        throw std::runtime_error("the failure has no channel_update");
    bench::keep(*message);
}

void decode_onion(const std::vector<std::string>& payloads) {
    for (const auto& hex : payloads) {
        const auto bytes = base::from_hex(hex);
        const auto payload = bolt::decode_hop_payload(*bytes);
        if (!payload || !payload->amt_to_forward)
            throw std::runtime_error("a hop without amount");
        bench::keep(*payload);
    }
}

void read_invoice(const std::string& text) {
    const auto invoice = bolt::read_invoice(text);
    if (!invoice || !invoice->amount)
        throw std::runtime_error("an invoice without amount");
    bench::keep(*invoice);
}

bool report(const char* what, const bench::Work& bytes, const bench::Work& text, double target) {
    const double ratio = bytes.ns / text.ns;
    std::printf(R"({"bench":"%s","bolt_ns":%.0f,"json_ns":%.0f,"ratio":%.3f,"target":%.2f,"met":%s})"
                "\n",
                what, bytes.ns, text.ns, ratio, target, ratio <= target ? "true" : "false");
    return ratio <= target;
}

int run(const std::string& folder) {
    const auto failure = failure_with_update(folder);
    const auto raw = failure["/params/sendpay_failure/data/raw_message"_json_pointer].get<std::string>();
    const auto failure_text = failure.dump();
    const auto onion = onion_of_five(folder);
    std::vector<std::string> payloads;
    for (const auto& hop : onion["/params/rpc_command/params/hops"_json_pointer])
        payloads.push_back(hop["payload"]);
    const auto onion_text = onion.dump();
    const auto success = success_with_invoice(folder);
    const auto invoice = success["/params/sendpay_success/bolt11"_json_pointer].get<std::string>();
    const auto success_text = success.dump();

    std::vector<bench::Work> works{
        {"failure", [&] { decode_failure(raw); }},   {"failure JSON", [&] { bench::keep(*json::parse(failure_text)); }},
        {"onion", [&] { decode_onion(payloads); }},  {"onion JSON", [&] { bench::keep(*json::parse(onion_text)); }},
        {"invoice", [&] { read_invoice(invoice); }}, {"invoice JSON", [&] { bench::keep(*json::parse(success_text)); }},
    };
    bench::measure(works, 101, 500);
    const bool failure_met = report("sendpay_failure with channel_update", works[0], works[1], 0.2);
    const bool onion_met = report("createonion of 5 hops", works[2], works[3], 0.2);
    const bool invoice_met = report("invoice of a sendpay_success", works[4], works[5], 0.5);
    return failure_met && onion_met && invoice_met ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: bolt FOLDER_OF_TRANSCRIPTS\n";
        return 2;
    }
    try {
        return run(argv[1]);
    } catch (const std::exception& trouble) {
        std::cerr << trouble.what() << '\n';
        return 2;
    }
}
