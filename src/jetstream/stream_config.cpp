#include "jetstream/stream_config.hpp"

#include <algorithm>

namespace jetstream {

namespace {

// Cuts the first token off.
std::string_view token(std::string_view& subject) {
    const auto end = subject.find('.');
    const auto first = subject.substr(0, end);
    subject.remove_prefix(end == std::string_view::npos ? subject.size() : end + 1);
    return first;
}

std::string count(std::int64_t number, const std::string& one) {
    return std::to_string(number) + " " + one + (number == 1 ? "" : "s");
}

std::string listed(const std::vector<std::string>& subjects) {
    std::string text;
    for (const auto& subject : subjects)
        text += (text.empty() ? "" : ", ") + subject;
    return text.empty() ? "no subjects" : text;
}

// Zero and less: without limit.
std::string limit(std::int64_t number, const std::string& unit) {
    return number > 0 ? "at most " + count(number, unit) : "without limit";
}

std::string age(std::int64_t ns) {
    constexpr std::int64_t second = 1'000'000'000;
    constexpr std::int64_t hour = 3'600 * second;
    if (ns <= 0)
        return "without a limit of time";
    return "for " +
           (ns % hour == 0 ? count(ns / hour, "hour") : count(std::max<std::int64_t>(1, ns / second), "second"));
}

std::string of_subject(std::int64_t number) {
    return number == 1  ? "only the last message of a subject"
           : number > 0 ? "only the last " + std::to_string(number) + " messages of a subject"
                        : "all messages of a subject";
}

} // namespace

bool covers(std::string_view pattern, std::string_view subject) {
    while (!pattern.empty() && !subject.empty()) {
        const auto wanted = token(pattern);
        if (wanted == ">")
            return true;
        const auto given = token(subject);
        if (given == ">" || (wanted != "*" && wanted != given))
            return false;
    }
    return pattern.empty() && subject.empty();
}

std::optional<std::string> unusable(const StreamConfig& stream, const StreamWish& wish) {
    const auto name = "the stream " + wish.name + " ";
    if (stream.sealed)
        return name + "is sealed: it takes no messages";
    if (stream.mirror)
        return name + "is a mirror of another stream: it takes no messages";
    if (!stream.acknowledges)
        return name + "acknowledges no messages (no_ack)";
    if (std::ranges::none_of(stream.subjects, [&](const auto& pattern) { return covers(pattern, wish.subject); }))
        return name + "takes " + listed(stream.subjects) + ", and needs " + wish.subject;
    return std::nullopt;
}

std::vector<std::string> differences(const StreamConfig& stream, const StreamWish& wish) {
    std::vector<std::string> found;
    const auto differs = [&](const std::string& what) { found.push_back("the stream " + wish.name + " " + what); };
    const auto max_age_ns = static_cast<std::int64_t>(wish.max_age_s) * 1'000'000'000;
    const auto max_bytes = static_cast<std::int64_t>(wish.max_bytes);

    if (stream.replicas != wish.replicas)
        differs("has " + count(stream.replicas, "replica") + ", not " + std::to_string(wish.replicas));
    if (stream.subjects != std::vector{wish.subject})
        differs("takes " + listed(stream.subjects) + ", not only " + wish.subject);
    if (stream.retention == StreamConfig::Retention::interest)
        differs("keeps a message only until its consumers have acknowledged it (retention interest)");
    if (stream.retention == StreamConfig::Retention::work_queue)
        differs("keeps a message only until one consumer has acknowledged it (retention workqueue)");
    if (std::max<std::int64_t>(stream.max_messages_per_subject, 0) != (wish.last_only ? 1 : 0))
        differs("keeps " + of_subject(stream.max_messages_per_subject) + ", not " + of_subject(wish.last_only ? 1 : 0));
    if (std::max<std::int64_t>(stream.max_age_ns, 0) != max_age_ns)
        differs("keeps messages " + age(stream.max_age_ns) + ", not " + age(max_age_ns));
    if (std::max<std::int64_t>(stream.max_bytes, 0) != max_bytes)
        differs("keeps " + limit(stream.max_bytes, "byte") + ", not " + limit(max_bytes, "byte"));
    if (stream.max_messages > 0)
        differs("keeps " + limit(stream.max_messages, "message"));
    if (stream.in_memory)
        differs("is kept in memory, not in files");
    if (stream.refuses_when_full)
        differs("refuses messages when it is full, and does not delete the oldest ones");
    if (stream.refuses_per_subject)
        differs("refuses a message when its subject is full, and does not delete the oldest one");
    return found;
}

} // namespace jetstream
