#include "waits.hpp"

#include <array>

namespace standin {

namespace {

constexpr std::array<std::string_view, 3> index_names = {"created", "updated", "deleted"};

std::string begin(std::string_view subsystem, Index index, std::uint64_t now) {
    std::string json = R"({"subsystem":")";
    json.append(subsystem).append("\",\"").append(index_names[static_cast<std::size_t>(index)]).append("\":");
    return json + std::to_string(now);
}

} // namespace

void Waits::wait(const RequestPtr& request, std::string_view subsystem, Index index, std::uint64_t next,
                 std::uint64_t now) {
    if (now >= next)
        return succeed(*request, begin(subsystem, index, now) + "}");
    if (subsystem == "sendpays")
        waiters_[static_cast<std::size_t>(index)].push_back({request, next});
    else
        never_.push_back(request);
}

void Waits::bump(Index index, std::uint64_t now, const Row& row) {
    auto& waiters = waiters_[static_cast<std::size_t>(index)];
    std::string reply;
    for (auto at = waiters.begin(); at != waiters.end();) {
        if (now < at->next) {
            ++at;
            continue;
        }
        if (reply.empty()) {
            std::string part = R"({"status":")" + std::string(status_name(row.status)) + R"(","partid":)" +
                               std::to_string(row.partid) + R"(,"groupid":)" + std::to_string(row.groupid) +
                               R"(,"payment_hash":")" + row.hash.hex() + "\"}";
            reply = begin("sendpays", index, now);
            if (form_.as_details)
                reply.append(",\"details\":").append(part);
            if (form_.by_subsystem)
                reply.append(",\"sendpays\":").append(part);
            reply.push_back('}');
        }
        const auto request = at->request;
        at = waiters.erase(at);
        succeed(*request, reply);
    }
}

} // namespace standin
