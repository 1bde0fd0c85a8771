using System.Text.Json;
using System.Text.Json.Serialization;
using TcmBrain.Cockpit.Folding;
using TcmBrain.Exchange;

namespace TcmBrain.Cockpit.Live;

/// <summary>A fact as it is shown (动态).</summary>
public sealed class TickerEvent
{
    /// <summary>Position in the stream.</summary>
    public required long Id { get; init; }
    public required string Type { get; init; }
    public required Guid AggregateId { get; init; }
    public required DateTimeOffset OccurredAt { get; init; }
    public string? Institution { get; init; }
    public string? Region { get; init; }
    public string? Centre { get; init; }
    public string? Reference { get; init; }
    public string? Detail { get; init; }
    public string? Topic { get; init; }
    public long Amount { get; init; }
    public long Quantity { get; init; }
    public int Items { get; init; }
    public bool Flag { get; init; }

    /// <summary>See <see cref="Folding.Alarms"/>; 0: none.</summary>
    public short Alarm { get; init; }

    /// <summary>Not shown: hours as <see cref="Folding.DirtyHour"/> writes them, with a space between.</summary>
    public string? Touched { get; init; }

    /// <summary>Not shown, as <see cref="Weights"/>: what an approved prescription is made of.</summary>
    public string[]? Pieces { get; init; }

    public long[]? Weights { get; init; }

    /// <summary>What the top lists are counted from.</summary>
    internal Fact Fact() =>
        new()
        {
            MessageId = Guid.Empty,
            Type = Type,
            AggregateId = AggregateId,
            Version = 0,
            Institution = Institution,
            Region = Region,
            Centre = Centre,
            OccurredAt = OccurredAt,
            Detail = Detail,
            Topic = Topic,
            Quantity = Quantity,
            Pieces = Pieces,
            Weights = Weights,
        };

    /// <summary>
    /// JSON in UTF-8, with or without the hospital's prescription number. Not kept: what is told to many is in their <see cref="Streaming.Frame"/>, and tens of
    /// thousands of facts in memory are to stay small.
    /// </summary>
    public byte[] Json(bool withReference, InstitutionRegister register) => Render(ReferenceFor(withReference), register);

    /// <summary>A hospital's prescription number is for the hospital only.</summary>
    public string? ReferenceFor(bool itself) => !itself && IsPrescription ? null : Reference;

    private bool IsPrescription => Institution is not null;

    private byte[] Render(string? reference, InstitutionRegister register) =>
        JsonSerializer.SerializeToUtf8Bytes(
            new Wire(
                Id,
                Type,
                AggregateId,
                OccurredAt.UtcDateTime,
                Place.Of(Institution, register),
                Region,
                Place.Of(Centre, register),
                reference,
                Detail,
                Topic,
                Amount,
                Quantity,
                Items,
                Flag,
                Alarm
            ),
            EventJson.Options
        );

    private sealed record Wire(
        long Id,
        string Type,
        Guid AggregateId,
        DateTime OccurredAt,
        Place? Institution,
        string? Region,
        Place? Centre,
        string? Reference,
        string? Detail,
        string? Topic,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] long Amount,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] long Quantity,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int Items,
        bool Flag,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] short Alarm
    );
}

/// <summary>A code with its names, where they are known.</summary>
public sealed record Place(string Code, string? Zh, string? En)
{
    public static Place? Of(string? code, InstitutionRegister register) =>
        code is null ? null
        : register.Find(code) is { } card ? new(code, card.NameZh, card.NameEn)
        : new(code, null, null);
}
