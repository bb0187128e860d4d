#include "jetstream/stream_api.hpp"

#include "jetstream/problem.hpp"

#include <cstdlib>

namespace jetstream {

namespace {

StreamConfig::Retention retention_of(jsRetentionPolicy policy) {
    return policy == js_InterestPolicy    ? StreamConfig::Retention::interest
           : policy == js_WorkQueuePolicy ? StreamConfig::Retention::work_queue
                                          : StreamConfig::Retention::limits;
}

StreamConfig config_of(const jsStreamConfig& config) {
    StreamConfig stream;
    for (int i = 0; i < config.SubjectsLen; ++i)
        stream.subjects.push_back(printable(config.Subjects[i]));
    stream.replicas = config.Replicas;
    stream.retention = retention_of(config.Retention);
    stream.max_messages = config.MaxMsgs;
    stream.max_messages_per_subject = config.MaxMsgsPerSubject;
    stream.max_bytes = config.MaxBytes;
    stream.max_age_ns = config.MaxAge;
    stream.max_message_bytes = config.MaxMsgSize;
    stream.in_memory = config.Storage == js_MemoryStorage;
    stream.refuses_when_full = config.Discard == js_DiscardNew;
    stream.refuses_per_subject = config.DiscardNewPerSubject;
    stream.sealed = config.Sealed;
    stream.acknowledges = !config.NoAck;
    stream.mirror = config.Mirror != nullptr;
    return stream;
}

tl::expected<StreamConfig, std::string> config_in(const jsStreamInfo* info, const std::string& name, natsStatus status,
                                                  jsErrCode code) {
    if (status != NATS_OK || info == nullptr || info->Config == nullptr)
        return tl::unexpected(request_problem("cannot read the stream " + name, status, code, last_error(status)));
    auto stream = config_of(*info->Config);
    stream.created_ns = info->Created;
    return stream;
}

natsStatus create(jsStreamInfo** info, jsCtx* context, const StreamWish& wish, jsErrCode* code) {
    const char* subject = wish.subject.c_str();
    jsStreamConfig config;
    jsStreamConfig_Init(&config);
    config.Name = wish.name.c_str();
    config.Description = "Lightning payments, by trackpayments-nats";
    config.Subjects = &subject;
    config.SubjectsLen = 1;
    config.Replicas = wish.replicas;
    config.MaxMsgsPerSubject = wish.last_only ? 1 : -1;
    config.MaxAge = static_cast<std::int64_t>(wish.max_age_s) * 1'000'000'000;
    config.MaxBytes = wish.max_bytes > 0 ? static_cast<std::int64_t>(wish.max_bytes) : -1;
    return js_AddStream(info, context, &config, nullptr, code);
}

std::vector<Header> headers_of(natsMsg* message) {
    std::vector<Header> headers;
    const char** names = nullptr;
    int count = 0;
    if (natsMsgHeader_Keys(message, &names, &count) != NATS_OK)
        return headers;
    for (int i = 0; i < count; ++i) {
        const char* value = nullptr;
        if (natsMsgHeader_Get(message, names[i], &value) == NATS_OK && value != nullptr)
            headers.push_back({names[i], value});
    }
    std::free(static_cast<void*>(names)); // NOLINT(*-no-malloc): so says its documentation
    return headers;
}

} // namespace

tl::expected<StreamConfig, std::string> ensure_stream(jsCtx* context, const StreamWish& wish) {
    jsStreamInfo* raw = nullptr;
    jsErrCode code{};
    auto status = js_GetStreamInfo(&raw, context, wish.name.c_str(), nullptr, &code);
    StreamInfoPtr info(raw);
    if (status == NATS_NOT_FOUND || code == JSStreamNotFoundErr) {
        status = create(&raw, context, wish, &code);
        info.reset(raw);
        if (code == JSStreamNameExistErr) { // another node was faster, and wished for something else
            status = js_GetStreamInfo(&raw, context, wish.name.c_str(), nullptr, &code);
            info.reset(raw);
        } else if (status != NATS_OK)
            return tl::unexpected(
                request_problem("cannot create the stream " + wish.name, status, code, last_error(status)));
    }
    return config_in(info.get(), wish.name, status, code);
}

tl::expected<StreamConfig, std::string> stream_by_name(jsCtx* context, const std::string& name) {
    jsStreamInfo* raw = nullptr;
    jsErrCode code{};
    const auto status = js_GetStreamInfo(&raw, context, name.c_str(), nullptr, &code);
    const StreamInfoPtr info(raw);
    return config_in(raw, name, status, code);
}

tl::expected<std::optional<StoredMessage>, std::string> last_message(jsCtx* context, const std::string& stream,
                                                                     const std::string& subject) {
    natsMsg* raw = nullptr;
    jsErrCode code{};
    const auto status = js_GetLastMsg(&raw, context, stream.c_str(), subject.c_str(), nullptr, &code);
    const MessagePtr message(raw);
    if (code == JSNoMessageFoundErr)
        return std::nullopt;
    if (status != NATS_OK || !message)
        return tl::unexpected(
            request_problem("cannot read from the stream " + stream, status, code, last_error(status)));
    StoredMessage stored;
    stored.sequence = natsMsg_GetSequence(raw);
    stored.time_ns = natsMsg_GetTime(raw);
    stored.message.subject = natsMsg_GetSubject(raw);
    stored.message.headers = headers_of(raw);
    if (const auto length = natsMsg_GetDataLength(raw); length > 0)
        stored.message.body.assign(natsMsg_GetData(raw), static_cast<std::size_t>(length));
    return stored;
}

} // namespace jetstream
