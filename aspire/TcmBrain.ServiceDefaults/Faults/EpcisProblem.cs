using Microsoft.AspNetCore.Http;

namespace TcmBrain.ServiceDefaults.Faults;

/// <summary>
/// The problem types of EPCIS 2.0 (12.2 and its OpenAPI), for whoever refuses a request to <c>/epcis</c>, the gateway included. They stand in
/// <c>type</c>, where the house's own would; the code says the rest as everywhere.
/// </summary>
public static class EpcisProblem
{
    public const string Validation = "epcisException:ValidationException";
    public const string QueryParameter = "epcisException:QueryParameterException";
    public const string QueryValidation = "epcisException:QueryValidationException";
    public const string QueryTooLarge = "epcisException:QueryTooLargeException";
    public const string QueryTooComplex = "epcisException:QueryTooComplexException";
    public const string SubscriptionControls = "epcisException:SubscriptionControlsException";
    public const string NoSuchName = "epcisException:NoSuchNameException";
    public const string AlreadyExists = "epcisException:ResourceAlreadyExistsException";
    public const string CaptureLimit = "epcisException:CaptureLimitExceededException";

    /// <summary>Null when the address is not one of EPCIS.</summary>
    public static string? TypeOf(PathString path, FaultException refusal) =>
        path.StartsWithSegments("/epcis") ? refusal.ProblemType ?? OfStatus(refusal.HttpStatus) : null;

    public static string OfStatus(int httpStatus) =>
        httpStatus switch
        {
            StatusCodes.Status400BadRequest => Validation,
            StatusCodes.Status401Unauthorized or StatusCodes.Status403Forbidden => "epcisException:SecurityException",
            StatusCodes.Status404NotFound => NoSuchName,
            StatusCodes.Status406NotAcceptable => "epcisException:NotAcceptableException",
            StatusCodes.Status409Conflict => AlreadyExists,
            StatusCodes.Status413PayloadTooLarge => CaptureLimit,
            StatusCodes.Status414UriTooLong => "epcisException:URITooLongException",
            StatusCodes.Status415UnsupportedMediaType => "epcisException:UnsupportedMediaTypeException",
            _ => "epcisException:ImplementationException",
        };
}
