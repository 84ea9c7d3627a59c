// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

/// @title ILiabilityManagement
/// @notice What the debt office does with debt that is outstanding: buybacks by reverse auction, holders' rights to put,
/// voluntary exchanges. Nothing of a holder is locked, and nothing burns but against cash or new face in the same call. Cash
/// comes in before it is promised to anyone, and leaves only to holders against face, or back to who paid it in. Nothing happens
/// here once a series has ended.
/// Warning: accrued interest in a buyback is part of the price, as in any trade; no tax is withheld from it.
interface ILiabilityManagement {
    /// @param series bought back
    /// @param closesAt until when holders offer (Unix)
    /// @param settleUntil until when accepted offers are funded and settled, 0 before acceptance (Unix)
    /// @param treasury who funds, and receives what is left
    /// @param valueAt up to when interest is paid: the moment of acceptance (Unix)
    /// @param cutoffPrice highest price accepted, per 100 of principal, clean [1e6]
    /// @param shareAtCutoff part accepted of offers at that price [1e18]
    /// @param mostFace most face that is accepted [1e6]
    /// @param accepted face accepted and funded [1e6]
    /// @param funded cash received [1e6]
    /// @param paid cash paid to holders [1e6]
    /// @param closed whether what was left went back
    struct Buyback {
        address series;
        uint64 closesAt;
        address treasury;
        uint64 settleUntil;
        uint64 valueAt;
        uint64 cutoffPrice;
        uint64 shareAtCutoff;
        uint128 mostFace;
        uint128 accepted;
        uint128 funded;
        uint128 paid;
        bool closed;
    }

    /// @param face offered [1e6]
    /// @param price asked per 100 of principal, clean [1e6]
    /// @param funded whether it was accepted and funded
    /// @param open face funded and not settled yet [1e6]
    struct Offer {
        uint128 face;
        uint64 price;
        bool funded;
        uint128 open;
    }

    /// @param noticed face that is put [1e6]
    /// @param burned face put and paid [1e6]
    /// @param funded cash received [1e6]
    /// @param paid cash paid to holders [1e6]
    /// @param changedAt when more became payable for the last time (Unix)
    /// @param closed whether what is left goes back
    /// @param left cash that is still to go back [1e6]
    /// @param stake what those who are still to have it paid in [1e6]
    struct Put {
        uint128 noticed;
        uint128 burned;
        uint128 funded;
        uint128 paid;
        uint64 changedAt;
        bool closed;
        uint128 left;
        uint128 stake;
    }

    /// @param face put [1e6]
    /// @param burned of it, paid and burned [1e6]
    struct Notice {
        uint128 face;
        uint128 burned;
    }

    /// @param from series given
    /// @param to series received
    /// @param closesAt until when holders accept (Unix)
    /// @param ratio face of `to` for one of `from` [1e18]
    /// @param mostFace most face of `from` that is taken [1e6]
    /// @param taken face taken [1e6]
    struct ExchangeOffer {
        address from;
        uint64 closesAt;
        address to;
        uint128 ratio;
        uint128 mostFace;
        uint128 taken;
    }

    /// @notice Holders may offer until `closesAt`.
    event BuybackOpened(bytes32 indexed id, address indexed series, address treasury, uint256 closesAt, uint256 mostFace);

    /// @notice A holder offers `face` at `price`; this replaces what he offered before, and a face of 0 withdraws it.
    event OfferPlaced(bytes32 indexed id, address indexed holder, uint256 face, uint256 price);

    /// @notice The rule of acceptance stands, with interest up to `valueAt`.
    event BuybackAccepted(
        bytes32 indexed id, uint256 cutoffPrice, uint256 shareAtCutoff, uint256 valueAt, uint256 settleUntil
    );

    /// @notice `face` of a holder's offer is accepted, and `cash` for it is here.
    event OfferFunded(bytes32 indexed id, address indexed holder, uint256 face, uint256 cash);

    /// @notice `face` of a holder was burned against `cash`, `accrued` of it interest.
    event OfferSettled(bytes32 indexed id, address indexed holder, uint256 face, uint256 cash, int256 accrued);

    /// @notice A holder was passed over: a rule stands against his receiving cash (`code`, see `Restrictions`), or he has no free
    /// face (code 3); `face` stays open.
    event OfferSkipped(bytes32 indexed id, address indexed holder, uint8 code, uint256 face);

    /// @notice The buyback is over, and `returned` went back to its treasury.
    event BuybackClosed(bytes32 indexed id, uint256 returned);

    /// @notice A holder puts `face` at the payment of `period`; this replaces his notice before, and 0 withdraws it.
    event PutNoticed(address indexed series, uint256 indexed period, address indexed holder, uint256 face);

    /// @notice A notice counts for `face` only: for no more than its holder had at the record date.
    event PutTrimmed(address indexed series, uint256 indexed period, address indexed holder, uint256 face);

    /// @notice Cash came in for a put.
    event PutFunded(address indexed series, uint256 indexed period, address indexed payer, uint256 amount, uint256 funded);

    /// @notice `face` of a holder was burned against `cash`.
    event PutSettled(
        address indexed series, uint256 indexed period, address indexed holder, uint256 face, uint256 cash
    );

    /// @notice A holder was passed over, as in `OfferSkipped`.
    event PutSkipped(
        address indexed series, uint256 indexed period, address indexed holder, uint8 code, uint256 face
    );

    /// @notice The put is over: `left` goes back to those who funded it.
    event PutClosed(address indexed series, uint256 indexed period, uint256 left);

    /// @notice A payer had his share of what was left.
    event PutReturned(address indexed series, uint256 indexed period, address indexed payer, uint256 amount);

    /// @notice Holders may exchange until `closesAt`.
    event ExchangeOpened(
        bytes32 indexed id, address indexed from, address indexed to, uint256 ratio, uint256 mostFace, uint256 closesAt
    );

    /// @notice A holder exchanged `face` for `received`.
    event ExchangeAccepted(bytes32 indexed id, address indexed holder, uint256 face, uint256 received);

    /// @notice The offer to exchange is over.
    event ExchangeClosed(bytes32 indexed id);

    /// @notice The series is not confirmed in the Programme, or is in another currency.
    error SeriesUnknown(address series);

    /// @notice The series ends, or has ended, at `endAt`.
    error SeriesEnded(address series, uint256 endAt);

    /// @notice The id was used before.
    error IdUsed(bytes32 id);

    /// @notice A date in the past or past the end of the series, no face, no treasury, a ratio of zero, or twice the same series.
    error OpeningInvalid(bytes32 id);

    /// @notice The act has a window, from `opensAt` to before `closesAt` (Unix); 0 and 0 where there is none (yet).
    error WindowClosed(uint256 opensAt, uint256 closesAt, uint256 nowAt);

    /// @notice The holder has `balance`, less than `face`.
    error FaceAboveBalance(uint256 face, uint256 balance);

    /// @notice A face offered is a multiple of the denomination and has a price.
    error OfferInvalid(uint256 face, uint256 price);

    /// @notice The rule of acceptance stands already.
    error AlreadyAccepted(bytes32 id);

    /// @notice A cut-off has a price, and a share of at most all [1e18].
    error CutoffInvalid(uint256 cutoffPrice, uint256 shareAtCutoff);

    /// @notice A record date or payment at `boundary` would leave less than a day to settle: accept after it.
    error BoundaryTooNear(uint256 boundary, uint256 nowAt);

    /// @notice Only the treasury of the buyback funds it.
    error NotTreasury(address caller, address treasury);

    /// @notice The face would pass what was announced.
    error FaceAboveMost(uint256 face, uint256 mostFace);

    /// @notice Nothing is missing, or nobody named is accepted.
    error NothingToFund();

    /// @notice The buyback was closed, or its window is still open until `settleUntil`.
    error NotClosable(uint256 settleUntil, uint256 nowAt);

    /// @notice The series ends by then: at its end there is nothing to put.
    error NotPuttable(address series, uint256 period);

    /// @notice The put is closed.
    error PutIsClosed(address series, uint256 period);

    /// @notice Holders can still be paid from what was funded: until `closableAt`, or (0) because it is not funded in full.
    error PutOpen(address series, uint256 period, uint256 closableAt);

    /// @notice `payer` has nothing (more) to be given back.
    error NothingToReturn(address payer);

    /// @notice The cash token delivered less, or took more, than it promised.
    error CashShort(uint256 received, uint256 expected);

    /// @notice The cash token answered false.
    error CashRefused(uint256 cash);

    /// @notice Asks holders for offers until `closesAt`.
    /// @dev Errors: `AccessManagedUnauthorized`, `IdUsed`, `SeriesUnknown`, `OpeningInvalid`.
    /// @param treasury who will fund what is accepted, by its own call
    function openBuyback(bytes32 id, address series, address treasury, uint64 closesAt, uint128 mostFace) external;

    /// @notice Offers `face` at `price`; one offer a holder, replaced by the next, withdrawn by a face of 0. Nothing is locked.
    /// @dev Errors: `WindowClosed`, `OfferInvalid`, `FaceAboveBalance`.
    /// @param price per 100 of principal, clean [1e6]
    function offer(bytes32 id, uint128 face, uint64 price) external;

    /// @notice Accepts in full all that is offered below `cutoffPrice`, and `shareAtCutoff` of what is offered at it, down to the
    /// denomination. Once, in the three days after offers close; what is not accepted by then lapses. Interest is paid up to now,
    /// and settlement ends after five days, before the next record date or payment at the latest.
    /// @dev Errors: `AccessManagedUnauthorized`, `WindowClosed`, `AlreadyAccepted`, `CutoffInvalid`, `BoundaryTooNear`.
    function accept(bytes32 id, uint64 cutoffPrice, uint64 shareAtCutoff) external;

    /// @notice The treasury pays in, for each of `holders`, what his accepted offer costs at his own price, as far as his face is
    /// free now. Who is not accepted or was funded before is ignored.
    /// @dev Errors: `WindowClosed`, `NotTreasury`, `SeriesEnded`, `FaceAboveMost`, `NothingToFund`, `CashShort`, and those of the
    /// cash token.
    /// @return cash what was taken [1e6]
    function fundOffers(bytes32 id, address[] calldata holders) external returns (uint256 cash);

    /// @notice Burns what is funded of each holder's face, as far as it is free, and pays him: clean price and interest, each
    /// down to the minor unit. By anyone; who cannot be settled now is passed over.
    /// @dev Errors: `WindowClosed`, `SeriesEnded`, `CashShort`, `CashRefused`, and those of the cash token.
    /// @return cash what left this contract [1e6]
    function settle(bytes32 id, address[] calldata holders) external returns (uint256 cash);

    /// @notice Gives the treasury what could not be bought. By anyone, once settlement is over or the acceptance lapsed.
    /// @dev Errors: `NotClosable`, and those of the cash token.
    function closeBuyback(bytes32 id) external returns (uint256 returned);

    /// @notice Puts `face` of the caller at the payment of `period`: from 60 to 10 days before it. One notice a holder, replaced
    /// by the next, withdrawn by 0. Nothing is locked.
    /// @dev Errors: `SeriesUnknown`, `OptionUnknown`, `NotPuttable`, `WindowClosed`, `FaceAboveBalance`, `PeriodUnknown`.
    function putNotice(address series, uint256 period, uint128 face) external;

    /// @notice Reduces notices to what their holders had at the record date of the payment: nobody's share is thinned by face
    /// that moved on. By anyone, once that record date has closed.
    /// @dev Errors: `SeriesUnknown`, `OptionUnknown`, `NotPuttable`, `WindowClosed`.
    function trimPut(address series, uint256 period, address[] calldata holders) external;

    /// @notice Takes up to `amount` of cash from the caller for a put, at most what is missing.
    /// @dev Errors: `SeriesUnknown`, `OptionUnknown`, `NotPuttable`, `PutIsClosed`, `NothingToFund`, `CashShort`, and those of
    /// the cash token.
    /// @return taken what was taken [1e6]
    function fundPut(address series, uint256 period, uint256 amount) external returns (uint256 taken);

    /// @notice From the payable date on: each holder has had burned `floor(face noticed × funded / due)`, as far as his face is
    /// free, at the price of the terms on its principal. By anyone. The coupon of that date is paid by the PayingAgent.
    /// @dev Errors: `SeriesUnknown`, `OptionUnknown`, `NotPuttable`, `WindowClosed`, `PutIsClosed`, `CashShort`, `CashRefused`,
    /// and those of the cash token.
    /// @return cash what left this contract [1e6]
    function settlePut(address series, uint256 period, address[] calldata holders) external returns (uint256 cash);

    /// @notice Gives `payer` his share of what is left of a put. By anyone, once all is settled, 30 days after it was payable and
    /// funded in full, or when the series has ended. A put that is not funded in full stays open: holders wait for the rest, not
    /// the issuer.
    /// @dev Errors: `SeriesUnknown`, `PutOpen`, `NothingToReturn`, and those of the cash token.
    /// @return amount what he was given [1e6]
    function reclaimPut(address series, uint256 period, address payer) external returns (uint256 amount);

    /// @notice Offers to exchange up to `mostFace` of `from` into `to`, `ratio` [1e18] for one, until `closesAt`.
    /// @dev Errors: `AccessManagedUnauthorized`, `IdUsed`, `SeriesUnknown`, `OpeningInvalid`.
    function openExchange(bytes32 id, address from, address to, uint128 ratio, uint128 mostFace, uint64 closesAt) external;

    /// @notice Exchanges `face` of the caller.
    /// @dev Errors: `WindowClosed`, `SeriesEnded`, `FaceAboveMost`, and those of `Programme.exchangeFree`.
    /// @return received face of the other series [1e6]
    function acceptExchange(bytes32 id, uint128 face) external returns (uint256 received);

    /// @notice Ends the offer to exchange before its time.
    /// @dev Errors: `AccessManagedUnauthorized`, `WindowClosed`.
    function closeExchange(bytes32 id) external;

    /// @notice A buyback.
    function buybackOf(bytes32 id) external view returns (Buyback memory);

    /// @notice The offer of `holder`.
    function offerOf(bytes32 id, address holder) external view returns (Offer memory);

    /// @notice The put at the payment of `period`.
    function putOf(address series, uint256 period) external view returns (Put memory);

    /// @notice The notice of `holder`.
    function noticeOf(address series, uint256 period, address holder) external view returns (Notice memory);

    /// @notice Cash that `payer` paid in for a put and was not settled with yet [1e6].
    function putFundedBy(address series, uint256 period, address payer) external view returns (uint256 amount);

    /// @notice What a put costs in all, rounded up [1e6].
    /// @dev Errors: `OptionUnknown`, `NotPuttable`, `PeriodUnknown`.
    function putDueOf(address series, uint256 period) external view returns (uint256 due);

    /// @notice An offer to exchange.
    function exchangeOf(bytes32 id) external view returns (ExchangeOffer memory);
}
