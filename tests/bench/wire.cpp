// A Payment's JSON made lnrpc.Payment on the wire, against nlohmann's DOM parse of the same JSON: every snapshot of the
// golden streams (tests/replay), in this process. Also what every message costs before that: its decoding.
#include "consumer/decode.hpp"
#include "lndapi/frame.hpp"
#include "measure.hpp"
#include "report.hpp"

#include <filesystem>

namespace {

using namespace bench;

/// The params of the topic's messages.
std::vector<std::string> golden_params(const std::string& folder) {
    std::vector<std::string> all;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        std::ifstream file(entry.path());
        for (std::string line; std::getline(file, line);) {
            const auto message = json::parse(line);
            if (message.contains("method") && message["method"] == "trackpayments")
                all.push_back(message["params"].dump());
        }
    }
    return all;
}

int run(const Options& options) {
    const auto messages = golden_params(options.transcripts + "/../replay/golden");
    expect(!messages.empty(), "there are golden streams");
    std::vector<consumer::SnapshotPtr> payments;
    std::size_t bytes = 0;
    std::size_t wire_bytes = 0;
    for (const auto& params : messages) {
        const auto update = consumer::decode_update(params);
        expect(update.has_value(), "every message is read");
        payments.push_back(update->payment);
        const lndapi::Frame frame(update->payment);
        expect(!frame.wire().empty(), "every snapshot is a Payment");
        bytes += update->payment->json.size();
        wire_bytes += frame.wire().size();
    }
    std::vector<Work> works{
        {"decode",
         [&] {
             for (const auto& params : messages)
                 keep(consumer::decode_update(params));
         }},
        {"wire",
         [&] {
             for (const auto& payment : payments)
                 keep(lndapi::Frame(payment).wire());
         }},
        {"parse",
         [&] {
             for (const auto& payment : payments)
                 keep(nlohmann::json::parse(payment->json));
         }},
    };
    measure(works, options.full ? 101 : 21, 2);
    const auto count = static_cast<double>(messages.size());
    const double decode = works[0].ns / count;
    const double wire = works[1].ns / count;
    const double parse = works[2].ns / count;
    Report report("wire", options);
    report.add("JSON to wire, against nlohmann's DOM parse of the JSON", wire / parse, "times",
               Target{Target::Side::at_most, 0.2});
    report.add("decoding a message of the topic, against the same", decode / parse, "times");
    report.add("bytes of a Payment in JSON, mean", static_cast<double>(bytes) / count, "bytes");
    report.add("bytes on the wire, mean", static_cast<double>(wire_bytes) / count, "bytes");
    report.add("JSON to wire", wire / 1000, "us");
    report.add("decoding a message of the topic", decode / 1000, "us");
    report.add("nlohmann's DOM parse", parse / 1000, "us");
    return report.write();
}

} // namespace

int main(int argc, char** argv) {
    return guarded(argc, argv, run);
}
