// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.34;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {DynamicArrayLib} from "solady/src/utils/DynamicArrayLib.sol";
import {IBondMaths} from "../interfaces/IBondMaths.sol";
import {IBondToken} from "../interfaces/IBondToken.sol";
import {ICashToken} from "../interfaces/ICashToken.sol";
import {IPermissionedToken} from "../interfaces/IPermissionedToken.sol";
import {IProgramme} from "../interfaces/IProgramme.sol";
import {IRwaToken} from "../interfaces/IRwaToken.sol";
import {ISettlement} from "../interfaces/ISettlement.sol";
import {ITransferRules} from "../interfaces/ITransferRules.sol";
import {Restrictions} from "../libraries/Restrictions.sol";
import {Signatures} from "../libraries/Signatures.sol";
import {Units} from "../libraries/Units.sol";

/// @title Settlement
/// @notice Delivery against payment in one cash token.
contract Settlement is ISettlement, AccessManaged, EIP712 {
    struct AllotmentBook {
        address series;
        address treasury;
        bool open;
        bytes32[] pageHashes;
        mapping(uint256 page => uint256 bits) settled;
    }

    /// @dev A page on its way through settlement: the first `count` receivers and faces are those who paid.
    struct Run {
        bytes32 id;
        uint256 page;
        address treasury;
        uint256 done;
        uint256 count;
        address[] receivers;
        uint256[] faces;
        // Interest that has accrued per unit of principal, and principal per unit of face: a reopening is paid for with both.
        int256 accrued;
        uint256 accruedOver;
        uint256 factor; // [1e18]
    }

    uint256 private constant _MOST_PAGES = 256;
    uint256 private constant _MOST_ROWS = 256;
    bytes32 private constant _TRADE_TYPEHASH = keccak256(
        "Trade(address series,address seller,address buyer,uint256 face,uint256 cash,uint256 sellerNonce,"
        "uint256 buyerNonce,uint256 deadline,address submitter)"
    );

    IProgramme private immutable _PROGRAMME;
    ICashToken private immutable _CASH;
    IBondMaths private immutable _MATHS;

    mapping(bytes32 id => AllotmentBook) private _books;
    mapping(address party => mapping(uint256 word => uint256 bits)) private _usedNonces;

    constructor(address authority_, IProgramme programme, ICashToken cash, IBondMaths maths)
        AccessManaged(authority_)
        EIP712("Settlement", "1")
    {
        _PROGRAMME = programme;
        _CASH = cash;
        _MATHS = maths;
    }

    /// @inheritdoc ISettlement
    function openAllotment(bytes32 id, address series, address treasury, bytes32[] calldata pageHashes)
        external
        restricted
    {
        AllotmentBook storage book = _books[id];
        uint256 pages = pageHashes.length;
        require(book.series == address(0) && pages != 0 && pages <= _MOST_PAGES, AllotmentInvalid(id, pages));
        // What is allotted is paid for per 100 of face: units of a commodity are traded, or issued by the debt office.
        require(_PROGRAMME.isDebt(series), SeriesUnknown(series));
        bytes3 currency = IRwaToken(series).currency();
        require(currency == _CASH.currency(), CurrencyDiffers(series, currency));
        book.series = series;
        book.treasury = treasury;
        book.open = true;
        book.pageHashes = pageHashes;
        emit AllotmentOpened(id, series, treasury, pages);
    }

    /// @inheritdoc ISettlement
    function settlePage(bytes32 id, uint256 page, Allotment[] calldata winners) external returns (uint256 settled) {
        AllotmentBook storage book = _books[id];
        require(book.open && page < book.pageHashes.length, AllotmentNotOpen(id, page));
        bytes32 hash = keccak256(abi.encode(winners));
        require(hash == book.pageHashes[page] && winners.length <= _MOST_ROWS, PageMismatch(id, page, hash));

        uint256 bits = book.settled[page];
        // Everyone counts as settled while cash moves, so that a cash token that re-enters finds nothing to settle.
        book.settled[page] = type(uint256).max;
        uint256 done;
        (done, settled) = _settle(id, page, book, winners, bits);
        book.settled[page] = bits | done;
    }

    /// @inheritdoc ISettlement
    function closeAllotment(bytes32 id) external restricted {
        require(_books[id].open, AllotmentNotOpen(id, 0));
        _books[id].open = false;
        emit AllotmentClosed(id);
    }

    /// @inheritdoc ISettlement
    function settleTrade(Trade memory trade, bytes memory sellerSignature, bytes memory buyerSignature) public {
        require(block.timestamp <= trade.deadline, TradeExpired(trade.deadline));
        require(_maySubmit(trade, msg.sender), SubmitterInvalid(msg.sender, trade.submitter));
        require(_PROGRAMME.isSeries(trade.series), SeriesUnknown(trade.series));
        require(trade.face != 0 && trade.cash != 0, LegEmpty(trade.face, trade.cash));
        require(trade.seller != trade.buyer, PartiesEqual(trade.seller));
        bytes32 hash = hashOf(trade);
        require(_isSigned(trade.seller, hash, sellerSignature), SignatureInvalid(trade.seller));
        require(_isSigned(trade.buyer, hash, buyerSignature), SignatureInvalid(trade.buyer));
        _useNonce(trade.seller, trade.sellerNonce);
        _useNonce(trade.buyer, trade.buyerNonce);
        emit TradeSettled(hash, trade.seller, trade.buyer, trade.series, trade.face, trade.cash);
        IPermissionedToken(trade.series).moveByRight(trade.seller, trade.buyer, trade.face);
        require(_CASH.moveByRight(trade.buyer, trade.seller, trade.cash), CashRefused(trade.buyer, trade.cash));
    }

    /// @inheritdoc ISettlement
    function cancelNonce(uint256 nonce) external {
        _cancel(nonce >> 8, 1 << (nonce & 0xff));
    }

    /// @inheritdoc ISettlement
    function cancelNonces(uint256 word) external {
        _cancel(word, type(uint256).max);
    }

    /// @inheritdoc ISettlement
    function check(
        Trade calldata trade,
        bytes calldata sellerSignature,
        bytes calldata buyerSignature,
        address submitter
    ) external view returns (Fault[] memory faults) {
        bytes32 hash = hashOf(trade);
        uint256 bits = _termFaults(trade, submitter);
        bits |= _bit(Fault.SELLER_SIGNATURE, !_isSigned(trade.seller, hash, sellerSignature));
        bits |= _bit(Fault.BUYER_SIGNATURE, !_isSigned(trade.buyer, hash, buyerSignature));
        if (_PROGRAMME.isSeries(trade.series)) bits |= _legFaults(trade);
        return _list(bits);
    }

    /// @inheritdoc ISettlement
    function hashOf(Trade memory trade) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(_TRADE_TYPEHASH, trade)));
    }

    /// @inheritdoc ISettlement
    function isNonceUsed(address party, uint256 nonce) public view returns (bool) {
        return _usedNonces[party][nonce >> 8] & (1 << (nonce & 0xff)) != 0;
    }

    /// @inheritdoc ISettlement
    function settledOf(bytes32 id, uint256 page) external view returns (uint256) {
        return _books[id].settled[page];
    }

    /// @inheritdoc ISettlement
    function allotmentOf(bytes32 id) external view returns (address, address, bytes32[] memory, bool) {
        AllotmentBook storage book = _books[id];
        return (book.series, book.treasury, book.pageHashes, book.open);
    }

    /// @dev Cash first, winner by winner, then one issue for all of them: each leg stands or falls with the other.
    function _settle(bytes32 id, uint256 page, AllotmentBook storage book, Allotment[] calldata winners, uint256 bits)
        private
        returns (uint256, uint256)
    {
        Run memory run;
        (run.id, run.page, run.treasury) = (id, page, book.treasury);
        _list(run, winners, bits);
        _reckonAccrued(run, book.series);
        ITransferRules rules = IPermissionedToken(book.series).allowlist();
        uint8[] memory codes = rules.receiveCodes(book.series, run.receivers, run.faces);
        uint256 before = _CASH.balanceOf(run.treasury);
        uint256 expected;
        for (uint256 i = 0; i < winners.length; ++i) {
            if (bits & (1 << i) == 0) expected += _pay(run, winners[i], i, codes[i]);
        }
        if (run.count == 0) return (0, 0);
        uint256 received = _CASH.balanceOf(run.treasury) - before;
        require(received == expected, CashShort(received, expected));
        uint256[] memory receivers = DynamicArrayLib.truncate(DynamicArrayLib.toUint256Array(run.receivers), run.count);
        uint256[] memory faces = DynamicArrayLib.truncate(run.faces, run.count);
        _PROGRAMME.issue(book.series, DynamicArrayLib.asAddressArray(receivers), faces);
        return (run.done, run.count);
    }

    /// @dev Takes a winner's cash if he may receive and the token finds it available; else lists him and goes on. Nothing is caught:
    /// both answer by reading. The receivers move up in place, and are never more than the winners seen so far.
    function _pay(Run memory run, Allotment calldata winner, uint256 i, uint8 code) private returns (uint256 cash) {
        address wallet = winner.winner;
        uint256 face = winner.face;
        cash = run.accruedOver == 0 ? Units.cashForFaceUp(face, winner.price) : _cashUp(run, face, winner.price);
        bool paid;
        uint256 available;
        // The treasury cannot pay itself; it is passed over like anyone who cannot pay.
        bool asks = code == Restrictions.NONE && wallet != run.treasury;
        if (asks) (paid, available) = _CASH.pull(wallet, run.treasury, cash);
        if (!paid) {
            emit AllotmentSkipped(run.id, wallet, run.page, i, code, cash, available);
            return 0;
        }
        uint256 count = run.count;
        // Nobody before was passed over: he stands in his place already.
        if (count != i) (run.receivers[count], run.faces[count]) = (wallet, face);
        run.count = count + 1;
        run.done |= 1 << i;
        emit AllotmentSettled(run.id, wallet, run.page, i, face, cash);
    }

    /// @dev Only a series with coupons is asked: a bill accrues nothing.
    function _reckonAccrued(Run memory run, address series) private view {
        if (IBondToken(series).features().periods() == 0) return;
        (run.accrued, run.accruedOver) = _MATHS.accruedAt(IBondToken(series), block.timestamp);
        run.factor = _MATHS.poolFactor(IBondToken(series));
    }

    /// @dev Clean price up, accrued interest up; what is negative (the coupon is the seller's) is given back down.
    function _cashUp(Run memory run, uint256 face, uint256 price) private pure returns (uint256) {
        uint256 principal = Units.shareDown(face, run.factor, Units.WAD);
        uint256 clean = Units.cashForFaceUp(principal, price);
        if (run.accrued >= 0) return clean + Units.minorUp(principal, uint256(run.accrued), run.accruedOver);
        return clean - Units.minorDown(principal, uint256(-run.accrued), run.accruedOver);
    }

    /// @dev Who is settled already is on the list with nothing.
    function _list(Run memory run, Allotment[] calldata winners, uint256 settled) private pure {
        uint256 count = winners.length;
        (address[] memory receivers, uint256[] memory faces) = (new address[](count), new uint256[](count));
        for (uint256 i = 0; i < count; ++i) {
            receivers[i] = winners[i].winner;
            if (settled & (1 << i) == 0) faces[i] = winners[i].face;
        }
        (run.receivers, run.faces) = (receivers, faces);
    }

    function _useNonce(address party, uint256 nonce) private {
        mapping(uint256 word => uint256 bits) storage words = _usedNonces[party];
        uint256 bit = 1 << (nonce & 0xff);
        uint256 used = words[nonce >> 8];
        require(used & bit == 0, NonceUsed(party, nonce));
        words[nonce >> 8] = used | bit;
    }

    function _cancel(uint256 word, uint256 mask) private {
        _usedNonces[msg.sender][word] |= mask;
        emit NoncesCancelled(msg.sender, word, mask);
    }

    function _isSigned(address signer, bytes32 hash, bytes memory signature) private view returns (bool) {
        return Signatures.isSigned(signer, hash, signature);
    }

    function _maySubmit(Trade memory trade, address submitter) private pure returns (bool) {
        return trade.submitter == address(0) || trade.submitter == submitter;
    }

    function _termFaults(Trade calldata trade, address submitter) private view returns (uint256 bits) {
        bits |= _bit(Fault.DEADLINE_PASSED, block.timestamp > trade.deadline);
        bits |= _bit(Fault.WRONG_SUBMITTER, !_maySubmit(trade, submitter));
        bits |= _bit(Fault.SERIES_UNKNOWN, !_PROGRAMME.isSeries(trade.series));
        bits |= _bit(Fault.EMPTY_LEG, trade.face == 0 || trade.cash == 0);
        bits |= _bit(Fault.SAME_PARTY, trade.seller == trade.buyer);
        bits |= _bit(Fault.SELLER_NONCE_USED, isNonceUsed(trade.seller, trade.sellerNonce));
        bits |= _bit(Fault.BUYER_NONCE_USED, isNonceUsed(trade.buyer, trade.buyerNonce));
    }

    function _legFaults(Trade calldata trade) private view returns (uint256 bits) {
        IPermissionedToken series = IPermissionedToken(trade.series);
        bits |= _bit(Fault.SELLER_FACE, series.balanceOf(trade.seller) < trade.face);
        bits |= _bit(Fault.BUYER_CASH, _CASH.balanceOf(trade.buyer) < trade.cash);
        bits |= _bit(Fault.FACE_RESTRICTED, !series.canTransfer(trade.seller, trade.buyer, trade.face));
        bits |= _bit(Fault.CASH_RESTRICTED, !_CASH.canTransfer(trade.buyer, trade.seller, trade.cash));
    }

    function _bit(Fault fault, bool stands) private pure returns (uint256) {
        return stands ? 1 << uint8(fault) : 0;
    }

    function _list(uint256 bits) private pure returns (Fault[] memory faults) {
        uint256 count;
        faults = new Fault[](uint256(type(Fault).max) + 1);
        for (uint256 i = 0; i < faults.length; ++i) {
            if (bits & (1 << i) != 0) faults[count++] = Fault(i);
        }
        Fault[] memory all = faults;
        faults = new Fault[](count);
        for (uint256 i = 0; i < count; ++i) {
            faults[i] = all[i];
        }
    }
}
