#include "cln/lightningd.hpp"

#include "cln/notifications.hpp"
#include "json/text.hpp"

namespace cln {

template <class T>
void Lightningd::call(std::string_view method, std::string_view params, Decoded<T> (*decode)(Value), Answer<T> answer,
                      Lost&& lost) {
    client_.call(
        method, params,
        [this, method = std::string(method), decode, answer = std::move(answer)](const auto& reply) {
            if (!reply)
                return answer(tl::unexpected(reply.error().error));
            const auto result = document_.read(*reply);
            auto decoded = result ? decode(*result) : tl::unexpected(DecodeError{"result", result.error()});
            if (!decoded)
                return answer(tl::unexpected(undecodable(method, decoded.error())));
            answer(*std::move(decoded));
        },
        std::move(lost));
}

rpc::Error Lightningd::undecodable(std::string_view method, const DecodeError& error) {
    log_(base::LogLevel::unusual, "answer of " + std::string(method) + " skipped: " + error.text());
    return {-1, "a malformed answer"};
}

void Lightningd::getinfo(Answer<NodeInfo> answer) {
    call("getinfo", "{}", decode_getinfo, std::move(answer));
}

void Lightningd::listconfigs(Answer<PluginConfig> answer, Lost lost) {
    call("listconfigs", "{}", decode_listconfigs, std::move(answer), std::move(lost));
}

void Lightningd::wait(Index index, std::uint64_t next, Answer<WaitReply> answer, Lost lost) {
    const std::string params = std::string(R"({"subsystem":"sendpays","indexname":")") + name(index) +
                               R"(","nextvalue":)" + std::to_string(next) + "}";
    const auto decode = [&]() -> Decoded<WaitReply> (*)(Value) {
        switch (index) {
        case Index::created:
            return [](Value result) { return decode_wait(result, Index::created); };
        case Index::updated:
            return [](Value result) { return decode_wait(result, Index::updated); };
        case Index::deleted:
            break;
        }
        return [](Value result) { return decode_wait(result, Index::deleted); };
    };
    call("wait", params, decode(), std::move(answer), std::move(lost));
}

tl::expected<Lightningd::Listing, rpc::Error> Lightningd::rows_of(std::string_view result) {
    if (show_listing_)
        show_listing_(result);
    const auto parsed = document_.read(result);
    auto rows = parsed ? decode_rows(*parsed) : tl::unexpected(DecodeError{"result", parsed.error()});
    if (!rows)
        return tl::unexpected(undecodable("listsendpays", rows.error()));
    for (const auto& error : rows->errors)
        log_(base::LogLevel::unusual, "row of listsendpays skipped: " + error.text());
    const auto size = rows->rows.size() + rows->errors.size();
    return Listing{std::move(rows->rows), size};
}

void Lightningd::list_with(std::string_view params, ListAnswer answer, Lost lost) {
    client_.call(
        "listsendpays", params,
        [this, answer = std::move(answer), lost](const auto& reply) {
            if (!reply)
                return answer(tl::unexpected(reply.error().error));
            if (reply->size() <= surely_short)
                return answer(rows_of(*reply));
            long_answers_.emplace_front(client_, *reply, answer, lost);
            take_slice(long_answers_.begin());
        },
        lost);
}

void Lightningd::take_slice(std::list<LongAnswer>::iterator at) {
    if (!client_.up() || client_.connections() != at->connection) {
        const auto lost = std::move(at->lost);
        long_answers_.erase(at);
        return lost ? lost() : void();
    }
    auto slice = rows_of(at->slices.next());
    if (slice) {
        at->listing.size += slice->size;
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

void Lightningd::list(const base::PaymentHash& hash, ListAnswer answer, Lost lost) {
    list_with(R"({"payment_hash":")" + hash.hex() + "\"}", std::move(answer), std::move(lost));
}

void Lightningd::list_page(Index index, std::uint64_t start, std::size_t limit, ListAnswer answer, Lost lost) {
    list_with(std::string(R"({"index":")") + name(index) + R"(","start":)" + std::to_string(start) + R"(,"limit":)" +
                  std::to_string(limit) + "}",
              std::move(answer), std::move(lost));
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
    call("listpays", R"({"payment_hash":")" + hash.hex() + "\"}", decode_listpays, std::move(answer));
}

void Lightningd::renepaystatus(const std::string& invoice, Answer<bool> answer) {
    call("renepaystatus", "[" + json::quote(invoice) + "]", decode_renepaystatus, std::move(answer));
}

void Lightningd::waitsendpay(const payments::PaymentKey& key, base::PartId partid, Answer<payments::Failure> answer) {
    const std::string params = R"({"payment_hash":")" + key.hash.hex() + R"(","timeout":1,"partid":)" +
                               std::to_string(partid.value) + R"(,"groupid":)" + std::to_string(key.group.value) + "}";
    // waitsendpay reports a failed part as an error, so the error is the wanted answer.
    client_.call("waitsendpay", params, [this, answer = std::move(answer)](const auto& reply) {
        if (reply)
            return answer(tl::unexpected(rpc::Error{-1, "the part has not failed"}));
        const auto object = document_.read(reply.error().raw);
        const auto failed =
            object ? decode_waitsendpay_error(*object) : tl::unexpected(DecodeError{"error", "not JSON"});
        if (!failed) // an error of the call itself contains no row
            return answer(tl::unexpected(reply.error().error));
        answer(failed->failure);
    });
}

void Lightningd::decode_invoice(const std::string& invoice, Answer<bolt::Invoice> answer, Lost lost) {
    call("decode", "[" + json::quote(invoice) + "]", cln::decode_invoice, std::move(answer), std::move(lost));
}

void Lightningd::delpay(std::string_view params, rpc::Client::Callback answer, Lost lost) {
    client_.call("delpay", params, std::move(answer), std::move(lost));
}

} // namespace cln
