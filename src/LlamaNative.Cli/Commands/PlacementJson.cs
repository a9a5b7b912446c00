using System.Text.Json;
using LlamaNative.Models;

namespace LlamaNative.Cli.Commands;

/// <summary>Writes the placement of weights, as <c>run</c> and <c>plan</c> print it.</summary>
internal static class PlacementJson
{
    /// <summary>Writes the property <c>buffers</c>; mebibytes have two decimals, as in llama.cpp's log.</summary>
    public static void WriteBuffers(Utf8JsonWriter json, ModelPlacement placement)
    {
        json.WriteStartArray("buffers");
        foreach (WeightBuffer buffer in placement.Buffers)
        {
            json.WriteStartObject();
            json.WriteString("name", buffer.Name);
            json.WriteNumber("bytes", buffer.ByteCount);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
