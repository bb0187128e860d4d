// Bodies in chunks: the same however the bytes are cut into reads, and never longer than allowed.
#include "http/http1_chunks.hpp"
#include "fuzz.hpp"

#include <algorithm>
#include <string>

namespace http1_chunks_target {

namespace {

struct Outcome {
    std::string body;
    int status = 0; // 200 if complete, 0 if more is needed
    std::size_t used = 0;
    bool operator==(const Outcome&) const = default;
};

Outcome read(std::string_view text, std::size_t step) {
    http::ChunkReader reader;
    Outcome outcome;
    for (std::size_t i = 0; i < text.size() && outcome.status == 0; i += step) {
        auto piece = text.substr(i, step);
        const auto before = piece.size();
        const auto done = reader.read(piece);
        outcome.used += before - piece.size();
        if (!done)
            outcome.status = done.error().status;
        else if (*done)
            outcome.status = 200;
        else
            fuzz::require(piece.empty(), "an incomplete body uses all bytes");
    }
    outcome.body = reader.body();
    fuzz::require(outcome.body.size() <= http::most_body_bytes, "a body is bounded");
    return outcome;
}

} // namespace

FUZZ_TARGET(http1_chunks) {
    const auto text = fuzz::text_of(data, size);
    const auto whole = read(text, std::max<std::size_t>(text.size(), 1));
    for (const std::size_t step : {1UL, 2UL, 7UL}) {
        const auto cut = read(text, step);
        fuzz::require(cut.status == whole.status, "the outcome does not depend on the reads");
        fuzz::require(whole.status != 200 || cut == whole, "nor does the body or its end");
    }
    if (whole.status == 200)
        fuzz::require(text.substr(0, whole.used).ends_with("\r\n"), "a body ends with a line");
    return 0;
}

} // namespace http1_chunks_target
