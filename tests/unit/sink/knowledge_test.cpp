// What a snapshot knows, as a header has it, and whether a repeated snapshot adds anything. The cases are written by
// hand from the rules of trackpayments-topics(7) and src/lnrpc/README.md.
#include "sink/knowledge.hpp"

#include <doctest/doctest.h>

#include <random>

namespace knowledge_test {

using consumer::Status;

namespace {

consumer::Snapshot snapshot(const std::string& htlcs, Status status = Status::in_flight) {
    return {7, {}, status, R"({"payment_hash":"aa","htlcs":)" + htlcs + R"(,"payment_index":"7"})"};
}

/// An attempt as the tracker writes it, without members that are of no interest.
std::string attempt(const std::string& id, const std::string& status, const std::string& hops = "[]",
                    const std::string& failure = "null") {
    return R"({"attempt_id":")" + id + R"(","status":")" + status + R"(","route":{"total_time_lock":1,"hops":)" + hops +
           R"(,"custom_channel_data":""},"failure":)" + failure + R"(,"preimage":""})";
}

std::string code(const std::string& name) {
    return R"({"code":")" + name + R"(","channel_update":{"signature":"","code":"no code"},"failure_source_index":1})";
}

/// The header, or the error.
std::string read(const std::string& htlcs) {
    const auto knowledge = sink::read_knowledge(snapshot(htlcs));
    return knowledge ? sink::write_attempts(*knowledge) : "error " + knowledge.error();
}

/// `SUCCEEDED 5F15r,7S`
sink::Knowledge known(std::string_view text) {
    const auto space = std::min(text.find(' '), text.size());
    const auto knowledge = sink::parse_knowledge(text.substr(0, space), text.substr(std::min(space + 1, text.size())));
    REQUIRE_MESSAGE(knowledge.has_value(), text);
    return *knowledge;
}

} // namespace

TEST_CASE("status, state, code and route of each attempt are read") {
    CHECK(read("[]").empty());
    CHECK(read("[" + attempt("5", "IN_FLIGHT") + "]") == "5I");
    CHECK(read("[" + attempt("5", "FAILED", R"([{"chan_id":"1"}])", code("TEMPORARY_CHANNEL_FAILURE")) + ", " +
               attempt("6", "FAILED", "[ ]", code("UNREADABLE_FAILURE")) + "," +
               attempt("18446744073709551615", "SUCCEEDED", R"([ {"chan_id":"1"} , {}])") + "]") ==
          "5F15r,6F,18446744073709551615Sr");
    CHECK(read("[" + attempt("5", "FAILED", "[]", code("UNKNOWN_FAILURE")) + "," + attempt("6", "FAILED") + "]") ==
          "5F998,6F");
    CHECK(sink::read_knowledge(snapshot("[]", Status::failed)).value().status == Status::failed);
}

TEST_CASE("LND's numbers of failure codes are not those of the wire") {
    // lnrpc/lightning.proto of lnd v0.20, Failure.FailureCode
    const std::pair<const char*, const char*> codes[] = {{"RESERVED", "F"},
                                                         {"INCORRECT_OR_UNKNOWN_PAYMENT_DETAILS", "F1"},
                                                         {"FEE_INSUFFICIENT", "F12"},
                                                         {"CHANNEL_DISABLED", "F14"},
                                                         {"UNKNOWN_NEXT_PEER", "F18"},
                                                         {"MPP_TIMEOUT", "F23"},
                                                         {"INTERNAL_FAILURE", "F997"}};
    for (const auto& one : codes)
        CHECK_MESSAGE(read("[" + attempt("1", "FAILED", "[]", code(one.first)) + "]") == "1" + std::string(one.second),
                      one.first);
}

TEST_CASE("attempts are sorted by id; of two with one id the later one counts") {
    CHECK(read("[" + attempt("9", "IN_FLIGHT") + "," + attempt("3", "FAILED") + "," + attempt("9", "SUCCEEDED") +
               "]") == "3F,9S");
    CHECK(read("[" + attempt("9", "SUCCEEDED") + "," + attempt("9", "IN_FLIGHT") + "]") == "9I");
}

TEST_CASE("an attempt that has not failed has no code") {
    CHECK(read("[" + attempt("1", "SUCCEEDED", "[]", code("FEE_INSUFFICIENT")) + "]") == "1S");
}

TEST_CASE("what cannot be read is named, without its content") {
    const std::pair<std::string, std::string> cases[] = {
        {"null", "error htlcs: missing, or no array"},
        {"[secret]", "error htlcs: malformed"},
        {R"([{"attempt_id":"1"])", "error htlcs: missing, or no array"},
        {R"([{"status":"FAILED"}])", "error htlcs.attempt_id: missing, or no decimal text"},
        {"[" + attempt("1x", "FAILED") + "]", "error htlcs.attempt_id: missing, or no decimal text"},
        {"[" + attempt("18446744073709551616", "FAILED") + "]", "error htlcs.attempt_id: missing, or no decimal text"},
        {R"([{"attempt_id":5,"status":"FAILED"}])", "error htlcs.attempt_id: missing, or no decimal text"},
        {"[" + attempt("1", "LOST") + "]", "error htlcs.status: missing or unknown"},
        {R"([{"attempt_id":"5"}])", "error htlcs.status: missing or unknown"},
        {"[" + attempt("1", "FAILED", "[]", code("NEVER_HEARD")) + "]", "error htlcs.failure.code: missing or unknown"},
        {"[" + attempt("1", "FAILED", "[]", "{}") + "]", "error htlcs.failure.code: missing or unknown"},
    };
    for (const auto& one : cases)
        CHECK_MESSAGE(read(one.first) == one.second, one.first);
    CHECK(sink::read_knowledge({1, {}, Status::failed, "{}"}).error() == "htlcs: missing, or no array");
}

TEST_CASE("the headers are read as they are written, and in no other form") {
    for (const auto status : {Status::in_flight, Status::succeeded, Status::failed}) {
        const sink::Knowledge knowledge{status,
                                        {{0, Status::failed, 0, false},
                                         {5, Status::failed, 15, true},
                                         {6, Status::in_flight, 0, true},
                                         {7, Status::succeeded, 0, false},
                                         {UINT64_MAX, Status::failed, UINT32_MAX, false}}};
        const auto attempts = sink::write_attempts(knowledge);
        CHECK(attempts == "0F,5F15r,6Ir,7S,18446744073709551615F4294967295");
        CHECK(sink::parse_knowledge(sink::write_status(status), attempts) == knowledge);
    }
    CHECK(sink::parse_knowledge("FAILED", "") == sink::Knowledge{Status::failed, {}});
    for (const auto* attempts : {",",
                                 "5F,",
                                 ",5F",
                                 "5F,,6F",
                                 "5",
                                 "5X",
                                 "F",
                                 "-5F",
                                 "+5F",
                                 "05F",
                                 "5F015",
                                 "5F0",
                                 "5F15rr",
                                 "5Fr15",
                                 "5S15",
                                 "5I15",
                                 "5F15R",
                                 "5F 15",
                                 " 5F",
                                 "5F ",
                                 "6F,5F",
                                 "5F,5F",
                                 "18446744073709551616F",
                                 "5F4294967296",
                                 "5-6F",
                                 "5f",
                                 "5F15r,6"})
        CHECK_MESSAGE(!sink::parse_knowledge("FAILED", attempts).has_value(), attempts);
    for (const auto* status : {"", "failed", "FAILED ", "\"FAILED\"", "INITIATED", "UNKNOWN"})
        CHECK_MESSAGE(!sink::parse_knowledge(status, "5F").has_value(), status);
}

TEST_CASE("a repeated snapshot adds something only if it knows more") {
    struct Case {
        const char* replayed;
        const char* stored;
        bool adds;
    };
    const Case cases[] = {
        // the same
        {"IN_FLIGHT", "IN_FLIGHT", false},
        {"IN_FLIGHT 5I", "IN_FLIGHT 5I", false},
        {"SUCCEEDED 5F15r,6Sr", "SUCCEEDED 5F15r,6Sr", false},
        // another attempt, or the end of one
        {"IN_FLIGHT 5F15r,6I", "IN_FLIGHT 5F15r", true},
        {"IN_FLIGHT 5I", "IN_FLIGHT", true},
        {"IN_FLIGHT 5F", "IN_FLIGHT 5I", true},
        {"IN_FLIGHT 5S,6I", "IN_FLIGHT 5I,6I", true},
        // an end
        {"FAILED 5F15", "IN_FLIGHT 5F15", true},
        {"SUCCEEDED 5S", "IN_FLIGHT 5S", true},
        {"SUCCEEDED 5S", "FAILED 5F", true},
        {"SUCCEEDED 5S", "FAILED 5S", true},
        // an end, known from fewer rows: some were deleted, even all
        {"FAILED 5F", "IN_FLIGHT 5F15r,6I", true},
        {"FAILED", "IN_FLIGHT 5I", true},
        {"SUCCEEDED 6S", "IN_FLIGHT 5F,6I", true},
        // a failed payment that its payer tries again
        {"IN_FLIGHT 5F15,6I", "FAILED 5F15", true},
        {"IN_FLIGHT 5F15", "FAILED 5F15", false},
        // undecided again after a restart, perhaps with details: its end will have them
        {"IN_FLIGHT 5F", "FAILED 5F15r", false},
        {"IN_FLIGHT 5F15r", "FAILED 5F", false},
        {"IN_FLIGHT", "FAILED 5F", false},
        // an older state
        {"IN_FLIGHT 5I", "IN_FLIGHT 5F15", false},
        {"IN_FLIGHT 5I", "FAILED 5F15", false},
        {"IN_FLIGHT 5Ir", "IN_FLIGHT 5F15", false},
        {"IN_FLIGHT 5I,6F15", "IN_FLIGHT 5S,6F", false},
        {"IN_FLIGHT 5S,6I", "SUCCEEDED 5S,6F", false},
        {"IN_FLIGHT 5S", "SUCCEEDED 5S", false},
        {"IN_FLIGHT 5Sr", "SUCCEEDED 5S", false},
        // older in one attempt, but newer in another
        {"IN_FLIGHT 5I,6S", "IN_FLIGHT 5S,6I", true},
        {"IN_FLIGHT 5I,7I", "IN_FLIGHT 5S", true},
        // a failure that somebody has seen in the meantime
        {"FAILED 5F15", "FAILED 5F", true},
        {"FAILED 5F15", "FAILED 5F998", true},
        {"FAILED 5F15", "FAILED 5F12", true},
        {"IN_FLIGHT 5F15,6I", "IN_FLIGHT 5F,6I", true},
        {"SUCCEEDED 5F15,6S", "SUCCEEDED 5F,6S", true},
        // and one that is forgotten
        {"FAILED 5F", "FAILED 5F15", false},
        {"FAILED 5F998", "FAILED 5F15", false},
        {"FAILED 5F998", "FAILED 5F", false},
        {"FAILED 5F", "FAILED 5F998", false},
        // routes
        {"SUCCEEDED 5Sr", "SUCCEEDED 5S", true},
        {"SUCCEEDED 5S", "SUCCEEDED 5Sr", false},
        {"IN_FLIGHT 5Ir", "IN_FLIGHT 5I", true},
        {"FAILED 5Fr,6F", "FAILED 5F,6Fr", true},
        {"FAILED 5Fr", "FAILED 5F15", true},
        // rows that were deleted
        {"FAILED 6F15", "FAILED 5F15,6F15", false},
        {"FAILED", "FAILED 5F15", false},
        {"FAILED 6F15", "FAILED 5F15,6F", true},
        {"SUCCEEDED 6S", "SUCCEEDED 5F15r,6Sr", false},
        // without its settled row a payment looks failed
        {"FAILED 5F", "SUCCEEDED 5F,6S", false},
        {"FAILED 5F15", "SUCCEEDED 5F,6S", false},
        {"IN_FLIGHT 5F", "SUCCEEDED 5F,6S", false},
        // a stream that says something else, whoever wrote it
        {"SUCCEEDED 5S", "SUCCEEDED 5F", true},
        {"FAILED 5F", "SUCCEEDED 5S", true},
        {"FAILED 5F", "FAILED 6F", true},
        {"FAILED 5F", "SUCCEEDED", true},
    };
    for (const auto& one : cases)
        CHECK_MESSAGE(sink::adds_nothing(known(one.replayed), known(one.stored)) != one.adds, one.replayed, " after ",
                      one.stored);
}

TEST_CASE("a snapshot adds nothing to itself; of two with different statuses one adds to the other") {
    std::mt19937 random(21);
    for (int round = 0; round < 20'000; ++round) {
        const auto any = [&] {
            sink::Knowledge knowledge{static_cast<Status>(random() % 3), {}};
            for (std::uint64_t id = 1; id <= 3; ++id) {
                const auto status = static_cast<Status>(random() % 3);
                const std::uint32_t code = status == Status::failed ? (random() % 2) * 15 : 0;
                if (random() % 4 != 0)
                    knowledge.attempts.push_back({id, status, code, random() % 2 == 0});
            }
            return knowledge;
        };
        const auto one = any();
        const auto other = any();
        CHECK(sink::adds_nothing(one, one));
        if (one.status != other.status)
            CHECK_FALSE((sink::adds_nothing(one, other) && sink::adds_nothing(other, one)));
    }
}

} // namespace knowledge_test
