using System.Globalization;
using TcmBrain.Cockpit.Access;
using TcmBrain.Cockpit.Live;

namespace TcmBrain.Cockpit.Reading;

/// <summary>What all questions have in common: whose numbers, of which day, and the entity tag of the answer.</summary>
internal static class Answers
{
    /// <summary>The institution asked for, else the region, else the caller's own.</summary>
    public static Audience AudienceOf(HttpContext context, InstitutionRegister register, string? region, string? institution) =>
        Audience.Asked(context.User, region, institution, register);

    /// <summary>Answers 304 to whoever has it already.</summary>
    public static async Task SendAsync(HttpContext context, Rendered answer)
    {
        if (KnownTag.Offer(context, answer.ETag))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = answer.Json.Length;
        await context.Response.Body.WriteAsync(answer.Json, context.RequestAborted);
    }

    /// <summary>Nothing is of a day before, and all that is counted back from it can be.</summary>
    private static readonly DateOnly First = new(1970, 1, 1);

    /// <summary>None: today.</summary>
    public static DateOnly DayOf(string? day, Board board, string field = "day")
    {
        if (string.IsNullOrEmpty(day))
        {
            return board.Today;
        }

        return
            DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var parsed)
            && parsed <= board.Today
            && parsed >= First
            ? parsed
            : throw CockpitFaults.BadDay.Exception(field);
    }

    public static int LimitOf(string? limit, int usual, int most)
    {
        var count = usual;
        return
            string.IsNullOrEmpty(limit)
            || (int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count >= 1 && count <= most)
            ? count
            : throw CockpitFaults.BadLimit.Exception("limit", most);
    }

    public static long PositionOf(string text, string field = "after") =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var position)
            ? position
            : throw CockpitFaults.BadPosition.Exception(field);
}
