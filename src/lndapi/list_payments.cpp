#include "lndapi/list_payments.hpp"

#include <array>

namespace lndapi {

namespace {

using Kind = wire::Field::Kind;

constexpr std::array<wire::Field, 3> list_payments_fields{{{"first_index_offset", 2, Kind::uint64},
                                                           {"last_index_offset", 3, Kind::uint64},
                                                           {"total_num_payments", 4, Kind::uint64}}};

constexpr auto greatest_date = static_cast<std::uint64_t>(INT64_MAX);

/// LND's own arithmetic: a date above int64 is negative, so that the end excludes all, and the last offset, plus one,
/// is the first (payments/db/kv_store.go, channeldb/paginate.go).
consumer::PageQuery query_of(const Request& request) {
    consumer::PageQuery query;
    query.index_offset = !request.reversed && request.index_offset == UINT64_MAX ? 0 : request.index_offset;
    query.reversed = request.reversed;
    query.include_incomplete = request.include_incomplete;
    query.creation_date_start = request.creation_date_start > greatest_date ? 0 : request.creation_date_start;
    query.creation_date_end = request.creation_date_end > greatest_date ? 1 : request.creation_date_end;
    query.omit_hops = request.omit_hops;
    return query;
}

std::string number(std::string_view name, std::uint64_t value) {
    return '"' + std::string(name) + R"(":")" + std::to_string(value) + '"';
}

} // namespace

const wire::Message list_payments_message{list_payments_fields};

ListPayments::ListPayments(Sources sources, PageTurns& pages, http::Exchange& exchange,
                           std::unique_ptr<const Output> output, const Request& request)
    : Call(sources.loop, exchange, std::move(output)),
      sources_(std::move(sources)),
      pages_(pages),
      dates_(request.creation_date_start, request.creation_date_end),
      query_(query_of(request)),
      left_(request.max_payments > 0 ? request.max_payments : default_most),
      count_(request.count_total_payments),
      debt_(sources_.hub.ledger(), [this] { cut_off(); }) {}

void ListPayments::serve() {
    const auto [from, until] = dates_;
    if (from != 0 && until != 0 && from >= until)
        return end({{GrpcCode::unknown, "start date(" + std::to_string(from) + ") must be before end date(" +
                                            std::to_string(until) + ")"}});
    ask();
}

void ListPayments::ask() {
    query_.max_payments = query_.count_total_payments ? 0 : std::min(left_, page_size);
    pages_.ask(
        query_, [alive = weak(), this] { return !alive.expired() && !ended(); },
        [alive = weak(), this](const auto& page) {
            if (!alive.expired() && !ended())
                answered(page);
        });
}

void ListPayments::answered(const tl::expected<consumer::Answer, consumer::Refusal>& page) {
    if (!page)
        return end({{GrpcCode::unavailable, page.error().message}});
    gather(page->payments);
    if (ended())
        return;
    total_ += page->num_payments;
    left_ -= std::min<std::uint64_t>(left_, page->payments.size());
    query_.index_offset = page->next_index_offset.value_or(0);
    if (page->next_index_offset && (query_.count_total_payments || left_ > 0))
        return ask();
    if (!count_)
        return finish();
    count_ = false;
    query_ = {};
    query_.count_total_payments = true;
    ask();
}

/// `payments`: oldest first. Backwards, each page is older than the one before it.
void ListPayments::gather(const std::vector<consumer::SnapshotPtr>& payments) {
    if (payments.empty())
        return;
    std::string piece;
    for (const auto& payment : payments) {
        const auto element = output().element(*sources_.hub.frame(payment));
        if (element.empty())
            sources_.log(base::LogLevel::unusual, "skipping a snapshot that is no lnrpc.Payment");
        else
            piece.append(piece.empty() ? "" : output().separator()).append(element);
    }
    const bool is_first = pieces_.empty();
    if (is_first || query_.reversed)
        first_ = payments.front()->payment_index;
    if (is_first || !query_.reversed)
        last_ = payments.back()->payment_index;
    if (!is_first)
        query_.reversed ? piece.append(output().separator()) : piece.insert(0, output().separator());
    owe(query_.reversed ? pieces_.begin() : pieces_.end(), std::move(piece));
}

void ListPayments::finish() {
    std::size_t bytes = 0;
    for (const auto& piece : pieces_)
        bytes += piece.size();
    const auto rest = '{' + number("first_index_offset", first_) + ',' + number("last_index_offset", last_) + ',' +
                      number("total_num_payments", total_) + '}';
    auto [head, tail] = output().enclose(bytes, rest, list_payments_message);
    bytes += head.size() + tail.size();
    owe(pieces_.begin(), std::move(head));
    if (ended())
        return;
    owe(pieces_.end(), std::move(tail));
    if (ended())
        return;
    begin(nullptr, bytes);
    end({});
}

void ListPayments::owe(const std::deque<std::string>::iterator& at, std::string piece) {
    piece.shrink_to_fit();
    debt_.add_bytes(piece.size());
    pieces_.insert(at, std::move(piece));
    debt_.check();
}

void ListPayments::cut_off() {
    if (begun()) {
        sources_.log(base::LogLevel::unusual, "ending an answer: its client at " + request().peer +
                                                  " does not read, and " + std::to_string(debt_.bytes() >> 20) +
                                                  " MB wait for it");
        cut({{GrpcCode::resource_exhausted, "slow consumer"}});
    } else {
        end({{GrpcCode::resource_exhausted,
              "the answer is too large: use max_payments and index_offset to get it in parts"}});
    }
    drop();
}

bool ListPayments::next(std::string& out) {
    if (!ended() || pieces_.empty())
        return false;
    out.append(pieces_.front());
    debt_.remove_bytes(pieces_.front().size());
    pieces_.pop_front();
    if (pieces_.empty())
        handed_over();
    return true;
}

void ListPayments::drop() {
    for (const auto& piece : pieces_)
        debt_.remove_bytes(piece.size());
    pieces_.clear();
}

} // namespace lndapi
