namespace TcmBrain.ServiceDefaults.Faults;

/// <summary>
/// Which gRPC status code speaks for an HTTP status. 409 is FAILED_PRECONDITION (the state forbids it; a retry does not help),
/// 412 is ABORTED (a concurrent change; read again and retry).
/// </summary>
public static class GrpcStatusMap
{
    public const int Unknown = 2;

    public static int FromHttp(int httpStatus) =>
        httpStatus switch
        {
            400 or 415 or 422 => 3,
            401 => 16,
            403 => 7,
            404 or 410 => 5,
            405 or 501 => 12,
            409 => 9,
            412 => 10,
            413 or 429 => 8,
            499 => 1,
            502 or 503 => 14,
            408 or 504 => 4,
            >= 500 => 13,
            _ => 3,
        };

    /// <summary>The general fault that speaks for a gRPC status no handler has coded.</summary>
    public static FaultDefinition ToGeneral(int grpcStatus) =>
        grpcStatus switch
        {
            1 => GeneralFaults.Cancelled,
            3 or 11 => GeneralFaults.Malformed,
            4 => GeneralFaults.Timeout,
            5 => GeneralFaults.NotFound,
            7 => GeneralFaults.Forbidden,
            8 => GeneralFaults.TooLarge,
            12 => GeneralFaults.Unimplemented,
            14 => GeneralFaults.BackendUnavailable,
            16 => GeneralFaults.Unauthenticated,
            _ => GeneralFaults.Internal,
        };
}
