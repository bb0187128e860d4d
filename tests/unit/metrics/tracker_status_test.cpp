#include "metrics/tracker_status.hpp"

#include <doctest/doctest.h>

namespace tracker_status_test {

namespace {

const std::string good =
    R"({"ready":true,"complete":true,"payments":2,"payments_in_flight":1,"parts":5,"callers":6,"queued_bytes":7,)"
    R"("merged_snapshots":8,"reconnects":9,"read":{"created":10,"updated":11},"cursor":{"created":12,"updated":13},)"
    R"("counters":{"created":14,"updated":15},"more":[]})";

std::string error(const std::string& old, const std::string& replacement) {
    auto text = good;
    text.replace(text.find(old), old.size(), replacement);
    return metrics::decode_tracker_status(text).error();
}

} // namespace

TEST_CASE("every member is read, and further ones are ignored") {
    const auto status = metrics::decode_tracker_status(good).value();
    CHECK(status.payments == 2);
    CHECK(status.payments_in_flight == 1);
    CHECK(status.parts == 5);
    CHECK(status.callers == 6);
    CHECK(status.queued_bytes == 7);
    CHECK(status.merged_snapshots == 8);
    CHECK(status.reconnects == 9);
    CHECK(status.read == metrics::RowPosition{10, 11});
    CHECK(status.cursor == metrics::RowPosition{12, 13});
    CHECK(status.counters == metrics::RowPosition{14, 15});
}

TEST_CASE("counters may be missing, everything else is named") {
    auto without = good;
    without.replace(without.find("counters"), 8, "x");
    CHECK_FALSE(metrics::decode_tracker_status(without)->counters);
    CHECK(error(R"("parts":5)", R"("parts":-5)") == "parts: missing or malformed");
    CHECK(error(R"("reconnects":9)", R"("x":9)") == "reconnects: missing or malformed");
    CHECK(error(R"({"created":10,)", R"({"created":"10",)") == "read: missing or malformed");
    CHECK(error(R"("cursor")", R"("x")") == "cursor: missing or malformed");
    CHECK(error(R"({"created":14,)", "{") == "counters: missing or malformed");
    CHECK(metrics::decode_tracker_status("[]").error() == "payments: missing or malformed");
    CHECK_FALSE(metrics::decode_tracker_status("junk"));
}

} // namespace tracker_status_test
