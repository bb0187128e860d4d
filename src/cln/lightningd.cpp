#include "cln/lightningd.hpp"

#include "cln/notifications.hpp"

namespace cln {

void Lightningd::call(std::string_view method, std::string_view params,
                      std::function<void(const tl::expected<Value, Failure>&)> answer) {
    client_.call(method, params,
                 [this, method = std::string(method),
                  answer = std::move(answer)](const tl::expected<std::string_view, rpc::Client::Failure>& reply) {
                     if (!reply)
                         return answer(tl::unexpected(Failure{reply.error().lost, reply.error().error}));
                     const auto result = document_.read(*reply);
                     if (!result)
                         return answer(tl::unexpected(undecodable(method.c_str(), {"result", result.error()})));
                     answer(*result);
                 });
}

Lightningd::Failure Lightningd::undecodable(const char* method, const DecodeError& error) {
    log_(base::LogLevel::unusual, std::string("answer of ") + method + " skipped: " + error.text());
    return {false, {-1, "an answer that cannot be read"}};
}

void Lightningd::getinfo(Answer<NodeInfo> answer) {
    call("getinfo", "{}", [this, answer = std::move(answer)](const tl::expected<Value, Failure>& result) {
        if (!result)
            return answer(tl::unexpected(result.error()));
        const auto info = decode_getinfo(*result);
        if (!info)
            return answer(tl::unexpected(undecodable("getinfo", info.error())));
        answer(*info);
    });
}

void Lightningd::listconfigs(Answer<PluginConfig> answer) {
    call("listconfigs", "{}", [this, answer = std::move(answer)](const tl::expected<Value, Failure>& result) {
        if (!result)
            return answer(tl::unexpected(result.error()));
        const auto config = decode_listconfigs(*result);
        if (!config)
            return answer(tl::unexpected(undecodable("listconfigs", config.error())));
        answer(*config);
    });
}

void Lightningd::wait(Index index, std::uint64_t next, Answer<WaitReply> answer) {
    const std::string params = std::string(R"({"subsystem":"sendpays","indexname":")") + name(index) +
                               R"(","nextvalue":)" + std::to_string(next) + "}";
    call("wait", params, [this, index, answer = std::move(answer)](const tl::expected<Value, Failure>& result) {
        if (!result)
            return answer(tl::unexpected(result.error()));
        const auto reply = decode_wait(*result, index);
        if (!reply)
            return answer(tl::unexpected(undecodable("wait", reply.error())));
        answer(*reply);
    });
}

tl::expected<Lightningd::Listing, Lightningd::Failure> Lightningd::rows_of(std::string_view result) {
    if (show_listing_)
        show_listing_(result);
    const auto parsed = document_.read(result);
    auto rows = parsed ? decode_rows(*parsed) : tl::unexpected(DecodeError{"result", parsed.error()});
    if (!rows)
        return tl::unexpected(undecodable("listsendpays", rows.error()));
    for (const auto& error : rows->errors)
        log_(base::LogLevel::unusual, "row of listsendpays skipped: " + error.text());
    const auto told = rows->rows.size() + rows->errors.size();
    return Listing{std::move(rows->rows), told};
}

void Lightningd::list_with(std::string_view params, ListAnswer answer) {
    client_.call("listsendpays", params, [this, answer = std::move(answer)](const auto& reply) {
        if (!reply)
            return answer(tl::unexpected(Failure{reply.error().lost, reply.error().error}));
        if (reply->size() <= surely_short)
            return answer(rows_of(*reply));
        long_answers_.emplace_front(client_.loop(), *reply, answer);
        take_slice(long_answers_.begin());
    });
}

void Lightningd::take_slice(std::list<LongAnswer>::iterator at) {
    auto slice = rows_of(at->slices.next());
    if (slice) {
        at->listing.told += slice->told;
        auto& rows = at->listing.rows;
        rows.insert(rows.end(), std::make_move_iterator(slice->rows.begin()),
                    std::make_move_iterator(slice->rows.end()));
        if (!at->slices.done())
            return at->next_turn.start(std::chrono::milliseconds(0), [this, at] { take_slice(at); });
        slice = std::move(at->listing);
    }
    const auto answer = std::move(at->answer);
    long_answers_.erase(at);
    answer(slice);
}

void Lightningd::list(const base::PaymentHash& hash, ListAnswer answer) {
    list_with(R"({"payment_hash":")" + hash.hex() + "\"}", std::move(answer));
}

void Lightningd::list_page(Index index, std::uint64_t start, std::size_t limit, ListAnswer answer) {
    list_with(std::string(R"({"index":")") + name(index) + R"(","start":)" + std::to_string(start) + R"(,"limit":)" +
                  std::to_string(limit) + "}",
              std::move(answer));
}

void Lightningd::list_pending_page(std::uint64_t start, std::size_t limit, ListAnswer answer) {
    list_with(R"({"status":"pending","index":"created","start":)" + std::to_string(start) + R"(,"limit":)" +
                  std::to_string(limit) + "}",
              std::move(answer));
}

void Lightningd::list_all_pending(ListAnswer answer) {
    list_with(R"({"status":"pending"})", std::move(answer));
}

void Lightningd::listpays(const base::PaymentHash& hash, Answer<std::vector<Pay>> answer) {
    call("listpays", R"({"payment_hash":")" + hash.hex() + "\"}",
         [this, answer = std::move(answer)](const tl::expected<Value, Failure>& result) {
             if (!result)
                 return answer(tl::unexpected(result.error()));
             const auto pays = decode_listpays(*result);
             if (!pays)
                 return answer(tl::unexpected(undecodable("listpays", pays.error())));
             answer(*pays);
         });
}

void Lightningd::renepaystatus(const std::string& invoice, Answer<bool> answer) {
    call("renepaystatus", "[" + json::quote(invoice) + "]",
         [this, answer = std::move(answer)](const tl::expected<Value, Failure>& result) {
             if (!result)
                 return answer(tl::unexpected(result.error()));
             const auto pending = decode_renepaystatus(*result);
             if (!pending)
                 return answer(tl::unexpected(undecodable("renepaystatus", pending.error())));
             answer(*pending);
         });
}

void Lightningd::waitsendpay(const payments::PaymentKey& key, base::PartId partid, Answer<payments::Failure> answer) {
    const std::string params = R"({"payment_hash":")" + key.hash.hex() + R"(","timeout":1,"partid":)" +
                               std::to_string(partid.value) + R"(,"groupid":)" + std::to_string(key.group.value) + "}";
    // What we are after is the error: it is how waitsendpay tells of a failed part.
    client_.call("waitsendpay", params,
                 [this, answer = std::move(answer)](const tl::expected<std::string_view, rpc::Client::Failure>& reply) {
                     if (reply)
                         return answer(tl::unexpected(Failure{false, {-1, "the part has not failed"}}));
                     if (reply.error().lost)
                         return answer(tl::unexpected(Failure{true, reply.error().error}));
                     const auto object = document_.read(reply.error().raw);
                     const auto failed =
                         object ? decode_waitsendpay_error(*object) : tl::unexpected(DecodeError{"error", "not JSON"});
                     if (!failed) // an error of the call itself has no row
                         return answer(tl::unexpected(Failure{false, reply.error().error}));
                     answer(failed->failure);
                 });
}

void Lightningd::decode_invoice(const std::string& invoice, Answer<Invoice> answer) {
    call("decode", "[" + json::quote(invoice) + "]",
         [this, answer = std::move(answer)](const tl::expected<Value, Failure>& result) {
             if (!result)
                 return answer(tl::unexpected(result.error()));
             const auto decoded = cln::decode_invoice(*result);
             if (!decoded)
                 return answer(tl::unexpected(undecodable("decode", decoded.error())));
             answer(*decoded);
         });
}

void Lightningd::delpay(std::string_view params, rpc::Client::Callback answer) {
    client_.call("delpay", params, std::move(answer));
}

} // namespace cln
