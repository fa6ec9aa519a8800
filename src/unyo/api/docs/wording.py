"""How the tables read in words, in either language."""

from dataclasses import dataclass
from enum import StrEnum

from unyo.tickets.fields import (
    Account,
    Choice,
    Choices,
    Date,
    Digits,
    Kind,
    LockDate,
    Mark,
    Memos,
    OptionList,
    Text,
    Unit,
)
from unyo.tickets.model import TicketKind
from unyo.uom.english import in_english


class Language(StrEnum):
    """The languages of the page, by their tags."""

    JAPANESE = "ja"
    ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one language."""

    language: Language

    def say(self, japanese: str, english: str) -> str:
        """The one of the two texts that is in this language."""
        return japanese if self.language is Language.JAPANESE else english

    def meaning(self, japanese: str) -> str:
        """A text of the tables in this language."""
        return self.say(japanese, in_english(japanese))

    def ticket(self, kind: TicketKind) -> str:
        """A kind of ticket."""
        if kind is TicketKind.INCIDENT:
            return self.say("インシデント", "Incident")
        return self.say("リクエスト", "Request")

    def kind(self, kind: Kind) -> str:
        """What a value is."""
        match kind:
            case Memos():
                return self.say("オブジェクトの配列", "array of objects")
            case Account():
                return self.say("アカウント (マスターID)", "account (master ID)")
            case OptionList():
                return self.say("サービスの選択肢", "option list")
            case Choice():
                return self.say("列挙値", "one of")
            case Choices():
                return self.say("列挙値 (複数可)", "any of")
            case Digits():
                return self.say("数字", "digits")
            case LockDate():
                return self.say("ロック日時", "lock date")
            case Date():
                return self.say("日時", "date")
            case _:
                return self.say("文字列", "text")

    def limit(self, kind: Kind) -> str:
        """How long a value may be; ``""`` for what has no length."""
        if isinstance(kind, Memos):
            return ""
        assert isinstance(kind, Text)
        if isinstance(kind, Date):
            return self.say(f"{kind.maximum}桁", f"{kind.maximum} digits")
        if kind.unit is Unit.BYTES:
            return self.say(f"最大 {kind.maximum:,} バイト", f"up to {kind.maximum:,} bytes")
        plural = "" if kind.maximum == 1 else "s"
        return self.say(f"最大 {kind.maximum:,} 文字", f"up to {kind.maximum:,} character{plural}")

    def mark(self, mark: Mark) -> str:
        """How a parameter stands in a table."""
        match mark:
            case Mark.REQUIRED:
                return self.say("必須", "required")
            case Mark.PRESENT:
                return self.say("必須・空可", "required, may be empty")
            case Mark.KEPT:
                return self.say("任意・空不可", "optional, not empty")
            case Mark.CONDITIONAL:
                return self.say("条件付き", "conditional")
            case Mark.OPTIONAL:
                return self.say("任意", "optional")
